package dev.weir.admin;

import org.jspecify.annotations.Nullable;

/** What SHOW can show: PgBouncer's topics, then Weir's own. The table of the console. */
enum Topic {
    ACTIVE_SOCKETS,
    CLIENTS,
    CONFIG,
    DATABASES,
    DNS_HOSTS,
    DNS_ZONES,
    FDS,
    LISTS,
    MEM,
    PEERS,
    PEER_POOLS,
    POOLS,
    SERVERS,
    SOCKETS,
    STATE,
    STATS,
    STATS_AVERAGES,
    STATS_TOTALS,
    TOTALS,
    USERS,
    VERSION,

    LOOPS,
    PINS,
    PREPARED,
    SESSIONS;

    private static final int HELP_LINE_CHARS_MAX = 60;

    /** What makes the answer; null if this version cannot. */
    @Nullable Report report() {
        return switch (this) {
            case CLIENTS -> ClientReports::clients;
            case CONFIG -> ProcessReports::config;
            case DATABASES -> DatabaseReports::databases;
            case LISTS -> ProcessReports::lists;
            case LOOPS -> ProcessReports::loops;
            case PINS -> ClientReports::pins;
            case POOLS -> PoolReports::pools;
            case PREPARED -> PoolReports::prepared;
            case SERVERS -> ServerReports::servers;
            case SESSIONS -> ClientReports::sessions;
            case STATE -> ProcessReports::state;
            case USERS -> DatabaseReports::users;
            case VERSION -> ProcessReports::version;
            case ACTIVE_SOCKETS, DNS_HOSTS, DNS_ZONES, FDS, MEM, PEERS, PEER_POOLS, SOCKETS -> null;
            case STATS, STATS_AVERAGES, STATS_TOTALS, TOTALS -> null;
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

    /** What SHOW HELP says: all that this version can. */
    static String help() {
        var text = new StringBuilder("\n\tSHOW HELP");
        int line = text.length();
        for (Topic topic : values()) {
            if (topic.report() != null) {
                if (text.length() - line > HELP_LINE_CHARS_MAX) {
                    text.append("\n\tSHOW ");
                    line = text.length();
                } else {
                    text.append('|');
                }
                text.append(topic.name());
            }
        }
        text.append("\n\tSET key = arg");
        for (Command.Verb verb : Command.Verb.values()) {
            text.append("\n\t").append(verb.usage());
        }
        return text.toString();
    }
}
