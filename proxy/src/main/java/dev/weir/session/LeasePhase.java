package dev.weir.session;

/** The phase of a client's lease of a server connection. */
final class LeasePhase {
    /*
     *  UNWELCOME ──▶ IDLE ──message──▶ WAITING ──leased──▶ PREPARING ──accepted──▶ SERVING ◀──▶ HOLDING
     *                 ▲ ▲                │ │                                        ▲  │         │
     *                 │ └────refused─────┘ └─────leased, can be served at once──────┘  │         │
     *                 └────────────────── transaction over, nothing pinned ────────────┴─────────┘
     *  any ──▶ ENDED
     *
     * The client's messages are forwarded in IDLE and SERVING only; in all other phases they are
     * held. In HOLDING, a COPY FROM STDIN that the server has begun gets its data: the server
     * answers nothing before it has them.
     */
    enum Phase {
        /** Nothing is leased until the client has been welcomed. */
        UNWELCOME,
        IDLE,
        WAITING,
        /** The server must get the client's parameters before anything else. */
        PREPARING,
        SERVING,
        /** Nothing more is forwarded until all is answered. */
        HOLDING,
        ENDED
    }

    private Phase phase = Phase.UNWELCOME;

    boolean is(Phase one) {
        return phase == one;
    }

    Phase now() {
        return phase;
    }

    /** The phase in the console's words, which are PgBouncer's. */
    String name(boolean isLeased) {
        return switch (phase) {
            case UNWELCOME -> isLeased ? "active" : "waiting";
            case WAITING -> "waiting";
            case IDLE -> "idle";
            case PREPARING, SERVING, HOLDING -> "active";
            case ENDED -> "closed";
        };
    }

    /** Whether the client's messages may be forwarded. */
    boolean mayForward() {
        return phase == Phase.SERVING || phase == Phase.IDLE;
    }

    /** Whether the client is, or would be, read. */
    boolean isLive() {
        return phase != Phase.UNWELCOME && phase != Phase.ENDED;
    }

    /** Holds what comes, if it is not held already. */
    void hold() {
        if (phase == Phase.SERVING) {
            become(Phase.HOLDING);
        }
    }

    void become(Phase next) {
        assert switch (next) {
                    case UNWELCOME -> false;
                    case IDLE -> phase != Phase.IDLE && phase != Phase.ENDED;
                    case WAITING -> phase == Phase.IDLE;
                    case PREPARING -> phase == Phase.WAITING;
                    case SERVING ->
                            phase == Phase.WAITING
                                    || phase == Phase.PREPARING
                                    || phase == Phase.HOLDING;
                    case HOLDING -> phase == Phase.SERVING;
                    case ENDED -> phase != Phase.ENDED;
                }
                : phase + " to " + next;
        phase = next;
    }
}
