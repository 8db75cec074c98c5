package dev.weir.session;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.concat;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients must not notice of sharing statements and connections. */
final class SharedStatementIT {
    @RegisterExtension static final Rig weir = Rig.shared(PoolMode.TRANSACTION, 1);

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2);

    @Test
    void parsesAnewWhatATableChangeOutdated() {
        WireClient first = weir.client();
        first.query("create table if not exists stale(a int); truncate stale");
        first.query("alter table stale drop column if exists b; insert into stale values (1)");
        run(first, "select * from stale");
        weir.client().query("alter table stale add column b int default 2");

        assertThat(run(weir.client(), "select * from stale"))
                .containsExactly("1", "2", "D 1|2", "C SELECT 1", "Z I");
        assertThat(run(weir.client(), "select * from stale"))
                .containsExactly("1", "2", "D 1|2", "C SELECT 1", "Z I");
    }

    @Test
    void saysThatAnOldStatementIsOutdatedAsPostgresDoes() {
        WireClient client = weir.client();
        client.query("create table if not exists old(a int); truncate old");
        client.query("alter table old drop column if exists b; insert into old values (1)");
        run(client, "select * from old");
        weir.client().query("alter table old add column b int default 2");

        client.send(concat(bind("", "s"), execute("", 0), sync()));
        assertThat(summaries(client.readUntilReady()))
                .containsExactly("E 0A000 cached plan must not change result type", "Z I");
    }

    /** PostgreSQL does not undo a DEALLOCATE. */
    @Test
    void keepsWhatAnotherDeallocatesInATextThatFails() {
        WireClient one = weir.client();
        WireClient other = weir.client();
        run(one, "select 'shared'");
        run(other, "select 'shared'");
        assertThat(summaries(one.query("deallocate s; select 1/0")))
                .containsExactly("C DEALLOCATE", "E 22012 division by zero", "Z I");

        other.send(concat(bind("", "s"), execute("", 0), sync()));
        assertThat(summaries(other.readUntilReady()))
                .containsExactly("2", "D shared", "C SELECT 1", "Z I");
    }

    @Test
    void executesWhatIsPreparedLaterThanTheExecute() {
        WireClient client = weir.client();
        client.send(concat(parse("e", "execute later"), sync()));
        client.readUntilReady();
        client.send(concat(parse("later", "select 'sql'"), sync()));
        client.readUntilReady();
        weir.client().query("create table definition(i int); drop table definition");
        weir.client().query("discard all"); // the connection forgets the statements

        client.send(concat(bind("", "e"), execute("", 0), sync()));
        assertThat(summaries(client.readUntilReady()))
                .containsExactly("2", "D sql", "C SELECT 1", "Z I");
    }

    @Test
    void keepsTheSettingsOfTheFirstParse() {
        WireClient client = weir.client();
        client.query("set timezone = 'Asia/Tokyo'");
        run(client, "select '2020-01-01 00:00'::timestamptz = '2019-12-31 15:00+00'::timestamptz");
        client.query("set timezone = 'UTC'");
        weir.client().query("discard all"); // the connection forgets the statement

        client.send(concat(bind("", "s"), execute("", 0), sync()));
        // Nor is there a word of the settings that were there for a moment.
        assertThat(summaries(client.readUntilReady()))
                .containsExactly("2", "D t", "C SELECT 1", "Z I");
        assertThat(client.query("show timezone").get(1).summary()).isEqualTo("D UTC");
    }

    @Test
    void runsTheNewestUnnamedStatementOnWhateverConnection() {
        WireClient client = two.client();
        WireClient blocker = two.client();
        client.send(concat(parse("", "select 'old'"), sync()));
        client.readUntilReady();
        blocker.query("begin"); // takes the connection that has it
        client.send(concat(parse("", "select 'new'"), sync()));
        client.readUntilReady();
        WireClient other = two.client();
        other.query("begin"); // takes the one that has the newer
        blocker.query("commit");

        client.send(concat(bind("", ""), execute("", 0), sync()));
        assertThat(summaries(client.readUntilReady()))
                .containsExactly("2", "D new", "C SELECT 1", "Z I");
        other.query("commit");
    }

    @Test
    void doesNotRunAStrangersStatementAfterASkippedParse() {
        WireClient stranger = weir.client();
        stranger.send(concat(parse("", "select 'stranger'"), sync()));
        stranger.readUntilReady();
        WireClient client = weir.client();
        client.send(concat(bind("", "nope"), parse("", "select 'mine'"), sync()));
        client.readUntilReady();

        client.send(concat(bind("", ""), execute("", 0), sync()));
        assertThat(summaries(client.readUntilReady()))
                .containsExactly("E 26000 unnamed prepared statement does not exist", "Z I");
    }

    private static List<String> run(WireClient client, String sql) {
        client.send(concat(parse("s", sql), bind("", "s"), execute("", 0), sync()));
        return summaries(client.readUntilReady());
    }

    private static List<String> summaries(List<Message> messages) {
        return messages.stream().map(Message::summary).toList();
    }
}
