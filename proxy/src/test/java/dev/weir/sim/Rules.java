package dev.weir.sim;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;

/** What is the same for a whole world: its configuration, its size, and what may go wrong. */
record Rules(
        int loops,
        int nodes,
        int clients,
        int poolSize,
        String mode,
        boolean faults,
        boolean operator,
        int extendedPercent,
        int thinkMillisMax,
        String routing,
        String extra,
        boolean names) {
    static Rules of(Dice dice) {
        int nodes = dice.percent(40) ? dice.between(2, 4) : 1;
        int poolSize = dice.oneIn(4) ? dice.between(16, 24) : dice.between(1, 5);
        String mode =
                switch (dice.below(10)) {
                    case 0 -> "session";
                    case 1 -> "statement";
                    default -> "transaction";
                };
        return new Rules(
                dice.oneIn(2) ? 1 : dice.between(2, 3),
                nodes,
                dice.oneIn(4) ? dice.between(40, 100) : dice.between(2, 25),
                poolSize,
                mode,
                dice.percent(70),
                dice.percent(70),
                dice.below(101),
                dice.oneIn(3) ? 3_000 : 100,
                nodes == 1 ? "" : routing(dice),
                extra(dice),
                false);
    }

    /** A small world in which nobody makes trouble, and whose servers have names. */
    static Rules quiet(int loops, int nodes, int clients, String mode) {
        return new Rules(
                loops,
                nodes,
                clients,
                2,
                mode,
                false,
                false,
                50,
                20,
                nodes == 1 ? "" : " route=auto",
                "server_check_query =\n",
                true);
    }

    private static String routing(Dice dice) {
        return (dice.oneIn(4) ? " route=explicit" : " route=auto")
                + (dice.oneIn(3) ? " causal_wait=0.05" : "")
                + (dice.oneIn(4) ? " defer_begin=0" : "");
    }

    private static String extra(Dice dice) {
        var text = new StringBuilder();
        if (dice.oneIn(3)) {
            text.append("server_idle_timeout = 1\n");
        }
        if (dice.oneIn(3)) {
            text.append("server_lifetime = 2\n");
        }
        if (dice.oneIn(3)) {
            text.append("server_check_delay = 0\nserver_check_query = select 1\n");
        } else {
            text.append("server_check_query =\n");
        }
        if (dice.oneIn(4)) {
            text.append("server_reset_query = DISCARD ALL\nserver_reset_query_always = 1\n");
        }
        if (dice.oneIn(4)) {
            text.append("server_round_robin = 1\n");
        }
        if (dice.oneIn(4)) {
            text.append("reserve_pool_size = 2\nreserve_pool_timeout = 0.3\n");
        }
        if (dice.oneIn(4)) {
            text.append("min_pool_size = 2\n");
        }
        if (dice.oneIn(4)) {
            text.append("max_db_connections = 6\n");
        }
        if (dice.oneIn(4)) {
            text.append("max_user_connections = 5\n");
        }
        if (dice.oneIn(4)) {
            text.append("query_timeout = 1\n");
        }
        if (dice.oneIn(4)) {
            text.append("idle_transaction_timeout = 1\n");
        }
        if (dice.oneIn(4)) {
            text.append("max_prepared_statements = 2\n");
        }
        return text.toString();
    }

    /**
     * The configuration.
     *
     * @param size the pool size, which RELOAD changes
     */
    Config config(int size) {
        var hosts = new StringBuilder();
        for (int i = 0; i < nodes; i++) {
            hosts.append(i == 0 ? "" : ",").append(host(i)).append(":5432");
        }
        // Drawn from what is drawn already: another draw would change the worlds of all seeds.
        String state = extendedPercent % 3 == 0 ? "state_check = always" : "state_check = texts";
        String custom = extendedPercent % 2 == 0 ? "custom_settings = strict" : "";
        String certainty =
                switch (extendedPercent % 4) {
                    case 0 -> "commit_certainty = block";
                    case 1 -> "commit_certainty = full";
                    default -> "";
                };
        String startup = matchesStartups() ? "preferred" : "shared";
        String where = nodes == 1 ? "host=" + host(0) + " port=5432" : "nodes=" + hosts + routing;
        String text =
                """
                [databases]
                app = %s dbname=app
                [pgbouncer]
                auth_type = any
                pool_mode = %s
                default_pool_size = %d
                monitor_user = monitor
                query_wait_timeout = 4
                server_connect_timeout = 1
                server_login_retry = 1
                cancel_wait_timeout = 1
                client_idle_timeout = 0
                log_connections = 0
                log_disconnections = 0
                log_pooler_errors = 0
                listen = pin
                startup_parameters = %s
                %s
                %s
                %s
                %s
                """
                        .formatted(where, mode, size, startup, state, custom, certainty, extra);
        try {
            return Config.parse("sim.ini", text);
        } catch (ConfigException e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
    }

    private String host(int node) {
        return (names ? "db" : "127.0.0.") + (node + 1);
    }

    /** Whether servers do not say on a connection who they are, so that somebody has to look. */
    boolean deniesIdentity() {
        return extendedPercent % 5 == 0;
    }

    /** Whether connections are opened with startup parameters of clients. */
    boolean matchesStartups() {
        return extendedPercent % 4 == 0;
    }
}
