package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Roles of one user share statements and connections, but not rights: whatever PostgreSQL checks,
 * and whether it does so when it parses, plans or runs a text.
 */
final class RightsIT {
    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1);
    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2);

    private static final String MAKE =
            """
            drop schema if exists shut, open cascade;
            drop foreign data wrapper if exists rights_fdw cascade;
            do $$begin create role rights_in; create role rights_out; create role rights_group;
            exception when duplicate_object then end$$;
            revoke rights_group from rights_in, rights_out;
            alter role rights_in inherit nosuperuser nobypassrls;
            create schema shut;
            create schema open;
            grant usage on schema open to public;
            grant usage on schema shut to rights_in;
            create table shut.t as select 'shut' as place, 1 as i;
            create table open.t as select 'open' as place, 1 as i;
            create function shut.f() returns text language sql as $$select 'f'$$;
            create function open.mine() returns text language plpgsql as 'begin return 1; end';
            revoke execute on function open.mine() from public;
            grant execute on function open.mine() to rights_in;
            create function open.definer() returns text language sql security definer
                as $$select place from shut.t$$;
            create function open.invoker() returns text language sql
                as $$select place from shut.t$$;
            create function open.planned() returns text language plpgsql
                as $$begin return (select place from shut.t limit 1); end$$;
            create function open.found() returns text language plpgsql
                as $$begin return (select place from t limit 1); end$$;
            create function shut.same(int, int) returns boolean language sql
                as $$select $1 operator(pg_catalog.=) $2$$;
            create operator shut.=== (leftarg = int, rightarg = int, function = shut.same);
            create type shut.mood as enum ('fine');
            create domain shut.whole as int check (value > 0);
            create domain open.whole as int check (value > 0);
            revoke usage on type open.whole from public;
            create type open.pair as (a int, b text);
            create sequence shut.s;
            create sequence open.s;
            create aggregate shut.total(int) (sfunc = int4pl, stype = int);
            create text search configuration shut.words (copy = pg_catalog.simple);
            create collation shut.c (locale = 'C');
            create view open.v as select place from shut.t;
            create view open.invoking with (security_invoker) as select place from shut.t;
            create table open.columns as select 1 as a, 2 as b;
            grant select (a) on open.columns to public;
            grant select (a, b) on open.columns to rights_in;
            create table open.rows as select * from (values ('rights_in'), ('rights_out')) v(who);
            alter table open.rows enable row level security;
            create policy p on open.rows using (who = current_user);
            create table open.hidden_rows as select 1 as i;
            alter table open.hidden_rows enable row level security;
            create policy p on open.hidden_rows to rights_in using (true);
            create foreign data wrapper rights_fdw;
            create server rights_server foreign data wrapper rights_fdw;
            create foreign table shut.far (i int) server rights_server;
            create function shut.tick() returns trigger language plpgsql
                as $$begin return new; end$$;
            grant select, insert, update on all tables in schema shut to public;
            grant usage on all sequences in schema shut, open to public;
            revoke all on open.columns from public;
            grant select (a) on open.columns to public;
            grant select on open.t, open.v, open.invoking, open.rows, open.hidden_rows to public;
            grant insert on open.t to rights_in;
            """;

    private static final String NOT_DIRECTLY = "revoke usage on schema shut from rights_in";

    private static final String UNDO =
            "alter schema shut owner to postgres; alter role rights_in nosuperuser; revoke"
                    + " rights_group from rights_in; grant usage on schema shut to rights_in";

    private static final String BY_GROUP =
            NOT_DIRECTLY
                    + "; grant usage on schema shut to rights_group;"
                    + " grant rights_group to rights_in";

    /** What PostgreSQL refuses when it parses it. */
    private static final List<String> PARSED =
            List.of(
                    "select shut.f()",
                    "select 1 operator(shut.===) 1",
                    "select 'fine'::shut.mood",
                    "select 'shut.s'::regclass is not null",
                    "select 'a' collate shut.c",
                    "select open.invoker()",
                    "select open.mine()");

    /** What gives rights to one of them, and what takes these away. */
    static final List<List<String>> TAKEN_AWAY =
            List.of(
                    List.of("", "revoke usage on schema shut from rights_in"),
                    List.of(BY_GROUP, "revoke rights_group from rights_in"),
                    List.of(BY_GROUP, "grant rights_group to rights_in with inherit false"),
                    List.of(BY_GROUP, "do $$begin revoke rights_group from rights_in; end$$"),
                    List.of(
                            NOT_DIRECTLY + "; alter role rights_in superuser",
                            "alter role rights_in nosuperuser"),
                    List.of(
                            NOT_DIRECTLY + "; alter schema shut owner to rights_in",
                            "reassign owned by rights_in to postgres"));

    private static final List<String> TEXTS =
            List.of(
                    "select shut.f()",
                    "select place from shut.t",
                    "insert into shut.t select 'x', 1 where false",
                    "select place from t",
                    "select 1 operator(shut.===) 1",
                    "select 1 === 1",
                    "select 'fine'::shut.mood",
                    "select '1'::shut.whole",
                    "select shut.total(1)",
                    "select nextval('shut.s') is not null",
                    "select 'shut.s'::regclass is not null",
                    "select 's'::regclass::text",
                    "select 'shut.f'::regproc",
                    "select 'shut.f()'::regprocedure",
                    "select 'shut.mood'::regtype",
                    "select 'shut.===(int,int)'::regoperator",
                    "select 'shut.words'::regconfig",
                    "select 'shut.c'::regcollation",
                    "select to_tsvector('shut.words', 'a')",
                    "select 'a' collate shut.c",
                    "select * from shut.far",
                    "select cast(null as shut.t)",
                    "select to_regclass('shut.t')::text",
                    "select open.mine()",
                    "select open.definer()",
                    "select open.invoker()",
                    "select open.found()",
                    "select place from open.v",
                    "select place from open.invoking",
                    "select b from open.columns",
                    "select columns from open.columns",
                    "select who from open.rows",
                    "select count(*) from open.hidden_rows",
                    "insert into open.t select 'x', 1 where false",
                    "update open.t set i = 2",
                    "select '1'::open.whole",
                    "select current_user, session_user",
                    "select has_table_privilege('open.columns', 'select')",
                    "set log_statement = 'none'",
                    "do $$begin perform shut.f(); end$$",
                    "select query_to_xml('select place from shut.t', true, true, '')::text",
                    "copy shut.t to stdout",
                    "select current_user");

    /** The type of a column: what is made anew has another number. */
    private static final Pattern OID = Pattern.compile("\\(\\d+\\)");

    /** Says things as several clients, each on its own connection. */
    private static final class Stage implements AutoCloseable {
        private final Supplier<WireClient> door;
        private final Map<Character, WireClient> clients = new HashMap<>();
        private final List<String> heard = new ArrayList<>();

        Stage(Supplier<WireClient> door) {
            this.door = door;
        }

        private WireClient client(char who) {
            return clients.computeIfAbsent(who, _ -> door.get());
        }

        Stage query(char who, String sql) {
            client(who).send(Wire.query(sql));
            return hears(who, sql);
        }

        Stage unnamed(char who, String sql) {
            client(who)
                    .send(Wire.parse("", sql), Wire.bind("", ""), Wire.execute("", 0), Wire.sync());
            return hears(who, "unnamed " + sql);
        }

        /** Under its own name. */
        Stage parse(char who, String sql) {
            client(who).send(Wire.parse(name(sql), sql), Wire.sync());
            return hears(who, "parse " + sql);
        }

        Stage run(char who, String sql) {
            client(who).send(Wire.bind("", name(sql)), Wire.execute("", 0), Wire.sync());
            return hears(who, "run " + sql);
        }

        private static String name(String sql) {
            return "s" + sql.hashCode();
        }

        private Stage hears(char who, String said) {
            List<String> answers =
                    client(who).readUntilReady().stream()
                            .filter(message -> message.tag() != 'S')
                            .map(message -> OID.matcher(message.summary()).replaceAll("()"))
                            .toList();
            heard.add(who + ": " + said + " / " + String.join(" / ", answers));
            return this;
        }

        @Override
        public void close() {
            clients.values().forEach(WireClient::close);
        }
    }

    @BeforeAll
    static void make() {
        one.execute(MAKE);
    }

    private static void compare(Consumer<Stage> play) {
        List<String> expected = heard(one::direct, play);
        for (Rig weir : List.of(one, two)) {
            weir.awaitCatalog(weir.client(), "postgres"); // until then, few statements are shared
            List<String> actual = heard(weir::client, play);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as(() -> "behind " + String.join("\n", actual))
                        .isEqualTo(expected.get(i));
            }
        }
    }

    private static List<String> heard(Supplier<WireClient> door, Consumer<Stage> play) {
        try (Stage stage = new Stage(door)) {
            play.accept(stage);
            return stage.heard;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"set role ", "set session authorization "})
    void noRoleHasTheRightsOfAnother(String become) {
        String path = become.contains("role") ? "open" : "shut, open";
        compare(stage -> {
            for (char who : "iol".toCharArray()) {
                stage.query(who, "set search_path = " + path);
            }
            stage.query('i', become + "rights_in").query('o', become + "rights_out");
            for (String text : TEXTS) {
                stage.parse('i', text).run('i', text).parse('o', text).run('o', text);
                stage.unnamed('o', text).query('o', text).unnamed('i', text);
                stage.parse('l', text);
                stage.query('l', "begin").query('l', "set local role rights_out");
                stage.unnamed('l', text).query('l', "rollback");
            }
        });
    }

    @ParameterizedTest
    @FieldSource("TAKEN_AWAY")
    void aRightThatWasTakenAwayIsGone(List<String> change) {
        compare(stage -> {
            if (!change.getFirst().isEmpty()) {
                one.execute(change.getFirst()); // past Weir, so that the catalog stays known
            }
            for (char who : "ionp".toCharArray()) {
                stage.query(who, "set search_path = open").query(who, "set role rights_in");
            }
            for (String text : PARSED) {
                stage.parse('i', text).run('i', text).parse('o', text);
            }
            stage.query('z', change.getLast());
            for (String text : PARSED) {
                stage.unnamed('i', text).parse('n', text).run('n', text).query('o', text);
            }
            stage.query('z', UNDO);
            for (String text : PARSED) {
                stage.unnamed('o', text).parse('p', text).run('p', text);
            }
        });
    }
}
