package dev.weir.admin;

import dev.weir.config.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What SHOW can show: PgBouncer's topics, then Weir's own. The table of the console. */
enum Topic {
    ACTIVE_SOCKETS("the SOCKETS that have data in transit"),
    CLIENTS("each client; `link` is the `ptr` of its server connection"),
    CONFIG("PgBouncer's settings: value, default, whether it can change at run time"),
    DATABASES("entries of `[databases]`, their limits, and how much of these is in use"),
    DNS_HOSTS("host names of servers, their addresses, and the seconds until the next lookup"),
    DNS_ZONES("nothing: Weir does not watch zones"),
    FDS("sockets with their file numbers; for administrators only"),
    LISTS("how many databases, users, pools, clients, servers and so on there are"),
    MEM("memory: heap, other memory of the JVM, buffers; a unit is 1 kB"),
    PEERS("entries of `[peers]`"),
    PEER_POOLS("cancel requests on their way to peers"),
    POOLS("each pool: clients and connections by state, how long the first has waited"),
    SERVERS(
            "each server connection; `link` is the `ptr` of its client; one in state `listening` is"
                    + " there for all clients that listen"),
    SOCKETS("CLIENTS and SERVERS, with the data in transit through them"),
    STATE("active, paused or suspended"),
    STATS("what each database has done, and the averages of `stats_period`"),
    STATS_AVERAGES("the averages of STATS"),
    STATS_TOTALS("the totals of STATS"),
    TOTALS("STATS of all databases together"),
    USERS("users, their limits, and how much of these is in use"),
    VERSION("the version"),

    CATALOGS(
            "Weir's: what is known of each database's catalog: how many names may leave something"
                    + " behind, how old that is, why nothing is known; and how often a server"
                    + " connection was wiped"),
    FAILOVERS(
            "Weir's: the last 100 primaries that others have taken the place of: when, where the"
                    + " timelines part, how long clients were held and how many, what became of"
                    + " transactions in progress, and how many commits the new one lacks"),
    LIMITS(
            "Weir's: each limit on what clients take up: its value, how much is in use, the most so"
                    + " far, and how often it was in the way"),
    LOOPS("Weir's: each event loop: shards, clients, servers, waiting tasks, work done"),
    NODES("Weir's: each node of a cluster: role, lag, why it is not read, what it is doing"),
    OUTAGES(
            "Weir's: each host to which a pool can open no connection: since when, why, and how"
                    + " many clients wait for it"),
    PINS("Weir's: the clients that keep a server connection, why, and since when"),
    PREPARED("Weir's: each shard: statements that clients hold, and how many servers have them"),
    REPLICATION("Weir's: who follows the primary, from PostgreSQL's pg_stat_replication"),
    ROUTES("Weir's: how many transactions ran on which node of a cluster, and why"),
    SESSIONS(
            "Weir's: each client: its state, its server, what pins it, how long its query runs, on"
                    + " which channels it listens"),
    SETTINGS("Weir's: all settings, and where each value comes from"),
    STATEMENTS(
            "Weir's: what statements have cost, constants left out, those that took most time first"
                    + " (`statements_max`); times in microseconds");

    private static final int HELP_LINE_CHARS_MAX = 60;

    private final String doc;

    Topic(String doc) {
        this.doc = doc;
    }

    /** What it shows, for the manual. */
    String doc() {
        return doc;
    }

    /** What makes the answer. */
    Report report() {
        return switch (this) {
            case ACTIVE_SOCKETS -> SocketReports::activeSockets;
            case CATALOGS -> CatalogReports::catalogs;
            case CLIENTS -> SocketReports::clients;
            case CONFIG -> ProcessReports::config;
            case DATABASES -> DatabaseReports::databases;
            case DNS_HOSTS -> ProcessReports::dnsHosts;
            case DNS_ZONES -> ProcessReports::dnsZones;
            case FAILOVERS -> FailoverReport::failovers;
            case FDS -> FileReport::files;
            case LIMITS -> LimitReport::limits;
            case LISTS -> ProcessReports::lists;
            case LOOPS -> ProcessReports::loops;
            case MEM -> MemoryReport::memory;
            case NODES -> NodeReports::nodes;
            case OUTAGES -> OutageReport::outages;
            case PEERS -> PeerReports::peers;
            case PEER_POOLS -> PeerReports::pools;
            case PINS -> ClientReports::pins;
            case POOLS -> PoolReports::pools;
            case PREPARED -> PoolReports::prepared;
            case REPLICATION -> NodeReports::replication;
            case ROUTES -> RouteReports::routes;
            case SERVERS -> SocketReports::servers;
            case SESSIONS -> ClientReports::sessions;
            case SETTINGS -> ProcessReports::settings;
            case SOCKETS -> SocketReports::sockets;
            case STATE -> ProcessReports::state;
            case STATEMENTS -> StatementReports::statements;
            case STATS -> from -> from.statistics().table(StatsReports::stats);
            case STATS_AVERAGES ->
                    from -> from.statistics().table(StatsReports::averagesOfDatabases);
            case STATS_TOTALS -> from -> from.statistics().table(StatsReports::totalsOfDatabases);
            case TOTALS -> from -> from.statistics().table(StatsReports::allDatabases);
            case USERS -> DatabaseReports::users;
            case VERSION -> ProcessReports::version;
        };
    }

    static @Nullable Topic find(String name) {
        for (Topic topic : values()) {
            if (topic.name().equals(name)) {
                return topic;
            }
        }
        return null;
    }

    /** What may have been meant by a text that is no command; null if nobody can tell. */
    static @Nullable String hint(String text) {
        String[] words = text.replaceFirst("[\\s;]+$", "").strip().split("\\s+", 3);
        String first = words[0].toUpperCase(Locale.ROOT);
        switch (first) {
            case "SHOW", "SELECT" -> {
                return words.length < 2 ? null : meant(nearestTopic(words[1]));
            }
            case "SET" -> {
                return "SET key = value, where a value that is not one word is written '…'.";
            }
            case "EXPLAIN" -> {
                return Command.Explain.USAGE + ", or " + Command.ExplainState.USAGE + '.';
            }
            case "SWITCHOVER" -> {
                return Command.Switchover.USAGE + '.';
            }
            default -> {}
        }
        List<String> verbs = new ArrayList<>(List.of("SHOW", "SET", "EXPLAIN", "SWITCHOVER"));
        for (Command.Verb verb : Command.Verb.values()) {
            if (verb.name().equals(first)) {
                return verb.usage() + '.';
            }
            verbs.add(verb.name());
        }
        String verb = meantOf(first, verbs);
        if (verb != null && verb.equals("SHOW")) {
            return words.length < 2 ? null : meant(nearestTopic(words[1]));
        }
        return meant(verb);
    }

    private static @Nullable String meant(@Nullable String command) {
        return command == null ? null : "Did you mean " + command + '?';
    }

    private static @Nullable String meantOf(String word, List<String> names) {
        String whole = Names.abbreviated(word, names);
        return whole == null ? Names.nearest(word, names) : whole;
    }

    private static @Nullable String nearestTopic(String word) {
        List<String> topics = new ArrayList<>(List.of("HELP"));
        for (Topic topic : values()) {
            topics.add(topic.name());
        }
        boolean isName = word.matches("[A-Za-z_]+");
        String nearest = isName ? meantOf(word, topics) : null;
        return nearest == null ? null : "SHOW " + nearest;
    }

    /** What SHOW HELP says: all that this version can. */
    static String help() {
        var text = new StringBuilder("\n\tSHOW HELP");
        int line = text.length();
        for (Topic topic : values()) {
            if (text.length() - line > HELP_LINE_CHARS_MAX) {
                text.append("\n\tSHOW ");
                line = text.length();
            } else {
                text.append('|');
            }
            text.append(topic.name());
        }
        text.append("\n\tSET key = arg").append("\n\t").append(Command.Explain.USAGE);
        text.append("\n\t").append(Command.ExplainState.USAGE);
        text.append("\n\t").append(Command.Switchover.USAGE);
        for (Command.Verb verb : Command.Verb.values()) {
            text.append("\n\t").append(verb.usage());
        }
        return text.toString();
    }
}
