package dev.weir.metrics;

import dev.weir.config.Setting;
import dev.weir.config.Settings;

/**
 * The limits on the resources of this process, for a single client or for all together: the rows of
 * SHOW LIMITS. Each is a setting; the manual's page on limits says what happens beyond it.
 */
public enum Limit {
    CLIENT_CONNECTIONS(Scope.PROCESS),
    LOGIN_CONNECTIONS(Scope.PROCESS),
    CONSOLE_CONNECTIONS(Scope.PROCESS),
    EVENT_STREAMS(Scope.PROCESS),
    HELD_CLIENTS(Scope.PROCESS),
    BUFFER_MEMORY(Scope.PROCESS),
    STATEMENT_MEMORY(Scope.PROCESS),
    POOLS(Scope.PROCESS),
    AUDIT_QUEUE(Scope.PROCESS),
    CLIENT_STATEMENTS(Scope.CLIENT),
    CLIENT_STATEMENT_MEMORY(Scope.CLIENT),
    CLIENT_PARAMETERS(Scope.CLIENT),
    CLIENT_PARAMETER_MEMORY(Scope.CLIENT),
    CLIENT_NOTIFICATION_MEMORY(Scope.CLIENT),
    CLIENT_CHANNELS(Scope.CLIENT),
    CLIENT_REQUESTS(Scope.CLIENT);

    /** Whose use is limited. */
    public enum Scope {
        /** All clients together. */
        PROCESS,
        /** Each client; the use shown is that of the client with the most. */
        CLIENT
    }

    private final Scope scope;

    Limit(Scope scope) {
        this.scope = scope;
    }

    public Setting<? extends Number> setting() {
        return switch (this) {
            case CLIENT_CONNECTIONS -> Settings.MAX_CLIENT_CONN;
            case LOGIN_CONNECTIONS -> Settings.MAX_LOGIN_CONN;
            case CONSOLE_CONNECTIONS -> Settings.MAX_CONSOLE_CONN;
            case EVENT_STREAMS -> Settings.MAX_EVENT_STREAMS;
            case HELD_CLIENTS -> Settings.HOLD_MAX_CLIENTS;
            case BUFFER_MEMORY -> Settings.MAX_BUFFER_MEMORY;
            case STATEMENT_MEMORY -> Settings.MAX_STATEMENT_MEMORY;
            case POOLS -> Settings.MAX_POOLS;
            case AUDIT_QUEUE -> Settings.AUDIT_QUEUE;
            case CLIENT_STATEMENTS -> Settings.MAX_CLIENT_STATEMENTS;
            case CLIENT_STATEMENT_MEMORY -> Settings.MAX_CLIENT_STATEMENT_MEMORY;
            case CLIENT_PARAMETERS -> Settings.MAX_CLIENT_PARAMETERS;
            case CLIENT_PARAMETER_MEMORY -> Settings.MAX_CLIENT_PARAMETER_MEMORY;
            case CLIENT_NOTIFICATION_MEMORY -> Settings.MAX_CLIENT_NOTIFICATION_MEMORY;
            case CLIENT_CHANNELS -> Settings.MAX_CLIENT_CHANNELS;
            case CLIENT_REQUESTS -> Settings.MAX_CLIENT_REQUESTS;
        };
    }

    public Scope scope() {
        return scope;
    }
}
