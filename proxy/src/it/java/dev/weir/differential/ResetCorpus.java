package dev.weir.differential;

import java.util.List;

/**
 * Conversations of a client whose startup packet has settings, and that brings them back: by each
 * command that does it, in each place where it can stand.
 */
final class ResetCorpus {
    private static final String STARTUP =
            "startup TimeZone=Asia/Tokyo ; DateStyle=German ; options=-c work_mem=3MB -c"
                    + " search_path=a,public -c app.tenant=S -c statement_timeout=50s\n";

    private static final String CHANGE =
            "set timezone = 'UTC'; set work_mem = '9MB'; set search_path = pg_catalog;"
                    + " set datestyle = 'ISO'; set app.tenant = 'X'; set statement_timeout = '9s'";

    private static final String SHOW =
            "show timezone; show work_mem; show search_path; show datestyle; show app.tenant;"
                    + " show statement_timeout; select setting, reset_val from pg_settings"
                    + " where name = 'work_mem'";

    private static final List<String> RESETS =
            List.of(
                    "reset timezone",
                    "reset time zone",
                    "set time zone local",
                    "set time zone default",
                    "set timezone to default",
                    "reset work_mem",
                    "set work_mem = default",
                    "set local work_mem to default",
                    "select set_config('work_mem', null, false)",
                    "select set_config('timezone', null, true)",
                    "do $$ begin reset work_mem; end $$",
                    "update pg_settings set setting = null where name = 'work_mem'",
                    "reset search_path",
                    "reset datestyle",
                    "reset app.tenant",
                    "set app.tenant to default",
                    "reset statement_timeout",
                    "reset all");

    static final String TEXT = text();

    private ResetCorpus() {}

    private static String text() {
        var all = new StringBuilder();
        for (String reset : RESETS) {
            all.append(conversation(reset, "by itself", "", query(reset) + query(SHOW)))
                    .append(conversation(reset, "in one text", "", query(reset + "; " + SHOW)))
                    .append(conversation(reset, "in a batch", "", batch(reset) + query(SHOW)))
                    .append(
                            conversation(
                                    reset,
                                    "in a block",
                                    " [TX]",
                                    query("begin; savepoint s")
                                            + query(reset)
                                            + query(SHOW)
                                            + query("rollback to s; " + SHOW)
                                            + query(reset + "; commit")
                                            + query(SHOW)));
        }
        all.append(
                conversation("discard all", "by itself", "", query("discard all") + query(SHOW)));
        all.append(
                conversation("discard all", "in a batch", "", batch("discard all") + query(SHOW)));
        return all.toString();
    }

    private static String conversation(String reset, String where, String traits, String lines) {
        return "\n## " + reset + ", " + where + traits + "\n" + STARTUP + query(CHANGE) + lines;
    }

    private static String query(String sql) {
        return "Q " + sql + "\n> Z\n";
    }

    private static String batch(String sql) {
        return "P \"\" | "
                + sql
                + "\nB \"\" \"\"\nE \"\" 0\nP \"\" | show timezone\nB \"\" \"\"\n"
                + "E \"\" 0\nS\n> Z\n";
    }
}
