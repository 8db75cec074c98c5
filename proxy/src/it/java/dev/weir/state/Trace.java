package dev.weir.state;

import dev.weir.support.Auditor;
import java.util.List;

/**
 * One thing that a session can leave on its connection.
 *
 * @param name what it is
 * @param commands what makes it; none of them needs a block
 */
record Trace(String name, List<String> commands) {
    /** All of them; each is seen by the {@link Auditor}, or by the series of random(). */
    static final List<Trace> ALL =
            List.of(
                    of("a setting", "set work_mem = '7MB'"),
                    of("a superuser's setting", "set log_min_duration_statement = 100000"),
                    of("a custom setting", "set app.tenant = 'A'"),
                    of("a long custom setting", "set app.other = '" + "x".repeat(20_000) + "'"),
                    of("by set_config", "select pg_catalog.set_config('my.x', 'B', false)"),
                    of(
                            "by pg_settings",
                            "update pg_catalog.pg_settings set setting = 'pg_catalog, pg_temp'"
                                    + " where name = 'search_path'"),
                    of("a short timeout", "set statement_timeout = '30s'"),
                    of(
                            "the characteristics",
                            "set session characteristics as transaction read only"),
                    of("an encoding", "set client_encoding = 'LATIN1'"),
                    of("a role", "set role weir_traces"),
                    of("a user", "set session authorization weir_traces"),
                    of(
                            "a superuser's setting, then a user",
                            "set lo_compat_privileges = on",
                            "set session authorization weir_traces"),
                    of("a temporary table", "create temp table trace (i int)"),
                    of("a temporary view", "create temp view trace as select 1 as i"),
                    of("a temporary sequence", "create temp sequence trace"),
                    of("a temporary type", "create type pg_temp.trace as (i int)"),
                    of("a temporary domain", "create domain pg_temp.trace as int"),
                    of(
                            "a temporary function",
                            "create function pg_temp.trace() returns int language sql as 'select"
                                    + " 1'"),
                    of(
                            "a temporary collation",
                            "create collation pg_temp.trace (provider = libc, locale = 'C')"),
                    of(
                            "a temporary operator",
                            "create operator pg_temp.=== (leftarg = int, rightarg = int, procedure"
                                    + " = pg_catalog.int4eq)"),
                    of(
                            "a temporary text search configuration",
                            "create text search configuration pg_temp.trace (copy ="
                                    + " pg_catalog.simple)"),
                    of("a cursor", "declare trace cursor with hold for select 1"),
                    of("a channel", "listen trace"),
                    of("a lock", "select pg_catalog.pg_advisory_lock(1)"),
                    of("a shared lock", "select pg_catalog.pg_advisory_lock_shared(1, 2)"),
                    of("a statement", "prepare trace as select 1"),
                    of("a statement with a name to quote", "prepare \"Tra;ce\"\"\" as select 1"),
                    of("a value of a sequence", "select pg_catalog.nextval('weir_traces')"),
                    of("a seed", "select pg_catalog.setseed(0.25)"),
                    of("a seed by SET", "set seed = 0.25"));

    private static Trace of(String name, String... commands) {
        return new Trace(name, List.of(commands));
    }

    @Override
    public String toString() {
        return name;
    }
}
