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
    SESSIONS,
    SETTINGS;

    private static final int HELP_LINE_CHARS_MAX = 60;

    /** What makes the answer. */
    Report report() {
        return switch (this) {
            case ACTIVE_SOCKETS -> SocketReports::activeSockets;
            case CLIENTS -> SocketReports::clients;
            case CONFIG -> ProcessReports::config;
            case DATABASES -> DatabaseReports::databases;
            case DNS_HOSTS -> ProcessReports::dnsHosts;
            case DNS_ZONES -> ProcessReports::dnsZones;
            case FDS -> FileReport::files;
            case LISTS -> ProcessReports::lists;
            case LOOPS -> ProcessReports::loops;
            case MEM -> MemoryReport::memory;
            case PEERS -> PeerReports::peers;
            case PEER_POOLS -> PeerReports::pools;
            case PINS -> ClientReports::pins;
            case POOLS -> PoolReports::pools;
            case PREPARED -> PoolReports::prepared;
            case SERVERS -> SocketReports::servers;
            case SESSIONS -> ClientReports::sessions;
            case SETTINGS -> ProcessReports::settings;
            case SOCKETS -> SocketReports::sockets;
            case STATE -> ProcessReports::state;
            case STATS -> StatsReports::stats;
            case STATS_AVERAGES -> StatsReports::averagesOfDatabases;
            case STATS_TOTALS -> StatsReports::totalsOfDatabases;
            case TOTALS -> StatsReports::totals;
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
        text.append("\n\tSET key = arg");
        for (Command.Verb verb : Command.Verb.values()) {
            text.append("\n\t").append(verb.usage());
        }
        return text.toString();
    }
}
