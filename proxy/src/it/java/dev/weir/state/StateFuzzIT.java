package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Auditor;
import dev.weir.support.Rig;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two clients say what changes their sessions, at random, to PostgreSQL and then through Weir: each
 * is answered the same; and who comes next finds connections as new ones are. A failure says its
 * seed; {@code -Dweir.seed} begins with that one, {@code -Dweir.seeds} says how many there are.
 */
final class StateFuzzIT {
    private static final int STEPS = 24;
    private static final int SEEDS = Integer.getInteger("weir.seeds", Rig.SOAK ? 2_000 : 6);
    private static final long FIRST = Long.getLong("weir.seed", 1);
    private static final Map<String, String> STARTUP = Map.of("database", "postgres");

    @RegisterExtension
    static final Rig three =
            Rig.shared(PoolMode.TRANSACTION, 3, "max_pinned = 2", "state_check = analysed");

    /** What leaves nothing that ties a client to its connection. */
    private static final List<String> FREE =
            List.of(
                    "set work_mem = '3MB'",
                    "set work_mem = '5MB'",
                    "set local work_mem = '7MB'",
                    "set work_mem to default",
                    "reset work_mem",
                    "show work_mem",
                    "set datestyle = 'ISO, DMY'",
                    "set datestyle = 'SQL, MDY'",
                    "select '01/02/2020'::date::text",
                    "set timezone = 'Asia/Tokyo'",
                    "set local timezone = 'UTC'",
                    "show timezone",
                    "set search_path = pg_catalog, public",
                    "set local search_path = public",
                    "show search_path",
                    "set app.tenant = 'A'",
                    "set local app.tenant = 'B'",
                    "reset app.tenant",
                    "select set_config('app.tenant', 'C', false)",
                    "select set_config('app.' || 'other', 'D', true)",
                    "select set_config('my.x', 'E', false), set_config('work_mem', '9MB', false)",
                    "select nullif(current_setting('app.tenant', true), '')",
                    "select nullif(current_setting('app.other', true), '')",
                    "select nullif(current_setting('my.x', true), '')",
                    "set role pg_monitor",
                    "set local role pg_read_all_settings",
                    "reset role",
                    "set role none",
                    "select current_user, session_user",
                    "set session authorization default",
                    "set statement_timeout = '100s'",
                    "show statement_timeout",
                    "set session characteristics as transaction read only",
                    "set session characteristics as transaction read write",
                    "set default_transaction_isolation = 'repeatable read'",
                    "show transaction_isolation",
                    "set transaction isolation level serializable",
                    "set bytea_output = 'escape'",
                    "select '\\x00ff'::bytea::text",
                    "set standard_conforming_strings = off",
                    "set standard_conforming_strings = on",
                    "select 'a\\\\b'",
                    "set client_encoding = 'LATIN1'",
                    "reset client_encoding",
                    "show client_encoding",
                    "set application_name = 'fuzz'",
                    "show application_name",
                    "reset all",
                    "discard all",
                    "discard plans",
                    "deallocate all",
                    "do $$ begin perform set_config('request.claims', 'hidden', false); end $$",
                    "do $$ begin perform set_config('request.claims', 'own', true); end $$",
                    "select 1/0",
                    "commit; select 1/0",
                    "begin; set local work_mem = '11MB'; savepoint q; set work_mem = '12MB';"
                            + " rollback to q; commit",
                    "begin; set work_mem = '13MB'; rollback",
                    "end",
                    "rollback and chain",
                    "select 1",
                    "set nothing.like = 'that'",
                    "set no_such_setting = 1",
                    "begin",
                    "begin isolation level repeatable read",
                    "commit",
                    "commit",
                    "commit",
                    "rollback",
                    "rollback",
                    "savepoint s",
                    "rollback to s",
                    "release s",
                    "commit and chain",
                    "select pg_advisory_xact_lock(7)",
                    "listen news",
                    "listen \"Other\"",
                    "unlisten news",
                    "unlisten *",
                    "notify news, 'n'",
                    "select pg_notify('Other', 'o')",
                    "declare c cursor for select generate_series(1, 3)",
                    "fetch 1 from c",
                    "close c",
                    "close all");

    /** What ties a client to its connection. */
    private static final List<String> TYING =
            List.of(
                    "create temp table tt (i int)",
                    "create temp table tt (i int) on commit drop",
                    "insert into tt values (1) returning i",
                    "select count(*) from tt",
                    "drop table tt",
                    "discard temp",
                    "select pg_advisory_lock(8)",
                    "select pg_advisory_unlock(8)",
                    "select pg_advisory_unlock_all()",
                    "declare h cursor with hold for select generate_series(1, 3)",
                    "fetch 1 from h",
                    "close h",
                    "prepare p as select 'sql'",
                    "execute p",
                    "deallocate p");

    /** One message or several, up to a Sync or Query. */
    private static final class Said {
        private final int who;
        private final byte[] bytes;
        private final int answers;
        private final String shown;

        Said(int who, byte[] bytes, int answers, String shown) {
            this.who = who;
            this.bytes = bytes;
            this.answers = answers;
            this.shown = shown;
        }
    }

    @Test
    void isAnsweredAsByPostgresAndLeavesNothing() {
        Map<String, List<String>> fresh;
        try (WireClient client = three.direct(STARTUP)) {
            fresh = Auditor.dump(client);
        }
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            var script = new Script(seed);
            List<String> expected = script.perform(() -> three.direct(STARTUP));
            List<String> actual = script.perform(three::client);
            assertSame(script, actual, expected);
            List<String> left = left(fresh);
            assertThat(left).as("left by %s", script).isEmpty();
        }
    }

    private static void assertSame(Script script, List<String> actual, List<String> expected) {
        int same = 0;
        while (same < actual.size()
                && same < expected.size()
                && actual.get(same).equals(expected.get(same))) {
            same++;
        }
        if (same < expected.size() || same < actual.size()) {
            assertThat(actual.subList(same, Math.min(same + 2, actual.size())))
                    .as("step %d of %s", same, script)
                    .isEqualTo(expected.subList(same, Math.min(same + 2, expected.size())));
        }
    }

    /** What those find who come next, on every connection of the pool at once. */
    private static List<String> left(Map<String, List<String>> fresh) {
        var all = new ArrayList<String>();
        List<WireClient> clients = List.of(three.client(), three.client(), three.client());
        clients.forEach(client -> client.query("begin"));
        for (WireClient client : clients) { // the others keep the other connections
            client.query("commit");
            all.addAll(Auditor.differences(fresh, Auditor.dump(client)));
            client.query("begin");
        }
        clients.forEach(WireClient::close);
        all.removeIf(one -> one.contains(" plpgsql.")); // a library stays loaded, with its settings
        return all;
    }

    /** What two clients say, by one seed. */
    private static final class Script {
        private final long seed;
        private final List<Said> lines = new ArrayList<>();

        Script(long seed) {
            this.seed = seed;
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            for (int i = 0; i < STEPS; i++) {
                lines.add(line(random, 0));
                lines.add(line(random, 1));
            }
        }

        private static Said line(Random random, int who) {
            return switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    String sql = sql(random, who);
                    yield new Said(who, Wire.query(sql), 1, "Q " + sql);
                }
                case 4 -> {
                    String sql = sql(random, who) + "; " + sql(random, who);
                    yield new Said(who, Wire.query(sql), 1, "Q " + sql);
                }
                case 5 -> {
                    String one = sql(random, who);
                    String two = sql(random, who);
                    yield new Said(
                            who,
                            Wire.concat(Wire.query(one), Wire.query(two)),
                            2,
                            "Q " + one + " | Q " + two);
                }
                case 6, 7, 8 -> {
                    String sql = sql(random, who);
                    yield new Said(who, Wire.concat(extended(sql), Wire.sync()), 1, "X " + sql);
                }
                case 9 -> {
                    String one = sql(random, who);
                    String two = sql(random, who);
                    String name = random.nextBoolean() ? "s" : "t";
                    byte[] last =
                            random.nextBoolean()
                                    ? extended(two)
                                    : Wire.concat(
                                            Wire.closeStatement(name),
                                            Wire.parse(name, two),
                                            Wire.bind("", name),
                                            Wire.execute("", 0));
                    yield new Said(
                            who,
                            Wire.concat(extended(one), last, Wire.sync()),
                            1,
                            "X " + one + " | X " + name + ' ' + two);
                }
                case 10 -> {
                    String name = random.nextBoolean() ? "s" : "t";
                    yield new Said(
                            who,
                            Wire.concat(Wire.bind("", name), Wire.execute("", 0), Wire.sync()),
                            1,
                            "X " + name);
                }
                default -> {
                    String value = random.nextBoolean() ? "F" : "G";
                    String local = random.nextBoolean() ? "t" : "f";
                    yield new Said(
                            who,
                            Wire.concat(
                                    Wire.parse("", "select set_config($1, $2, $3)"),
                                    Wire.bind("", "", "app.tenant", value, local),
                                    Wire.execute("", 0),
                                    Wire.sync()),
                            1,
                            "X set_config " + value + local);
                }
            };
        }

        private static String sql(Random random, int who) {
            boolean ties = who == 0 && random.nextInt(4) == 0;
            List<String> from = ties ? TYING : FREE;
            return from.get(random.nextInt(from.size()));
        }

        private static byte[] extended(String sql) {
            var out = new ByteArrayOutputStream();
            out.writeBytes(Wire.parse("", sql));
            out.writeBytes(Wire.bind("", ""));
            out.writeBytes(Wire.describePortal(""));
            out.writeBytes(Wire.execute("", 0));
            return out.toByteArray();
        }

        /** Says all of it; returns what was heard, line by line. */
        List<String> perform(Supplier<WireClient> door) {
            var heard = new ArrayList<String>();
            try (WireClient a = door.get();
                    WireClient b = door.get()) {
                List<WireClient> clients = List.of(a, b);
                char[] status = {'I', 'I'};
                for (int i = 0; i < lines.size(); i++) {
                    Said line = lines.get(i);
                    if (status[1 - line.who] != 'I') {
                        heard.add("skipped"); // the other may hold what this one needs
                        continue;
                    }
                    WireClient client = clients.get(line.who);
                    client.send(line.bytes);
                    List<Message> answer;
                    try {
                        answer = client.readUntilReady(line.answers);
                    } catch (UncheckedIOException e) {
                        throw new AssertionError(
                                "seed %d, no answer to %s after %s"
                                        .formatted(seed, line.shown, String.join("\n", heard)),
                                e);
                    }
                    status[line.who] = answer.getLast().status();
                    heard.add(shown(line, answer));
                }
                for (WireClient client : clients) {
                    client.query("rollback");
                    client.send(Wire.terminate());
                }
            }
            return heard;
        }

        private static String shown(Said line, List<Message> answer) {
            var text = new StringBuilder(line.who == 0 ? "a: " : "b: ").append(line.shown);
            var notified = new StringBuilder();
            for (Message message : answer) {
                if (message.tag() == 'A') {
                    notified.append(' ').append(message.summary());
                } else if (message.tag() != 'S') {
                    text.append(" / ").append(message.summary());
                }
            }
            return text.append(notified).toString();
        }

        @Override
        public String toString() {
            var text = new StringBuilder("seed " + seed + ":");
            lines.forEach(line ->
                    text.append("\n").append(line.who == 0 ? "a: " : "b: ").append(line.shown));
            return text.toString();
        }
    }
}
