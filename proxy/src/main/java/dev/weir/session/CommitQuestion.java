package dev.weir.session;

import dev.weir.backend.LogHistory;
import dev.weir.backend.ServerIdentity;
import dev.weir.cluster.Lsn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a transaction whose COMMIT was not answered has been committed: the question to the
 * server that is there now, and the meaning of its answer.
 *
 * @param history of the server that the COMMIT was sent to
 * @param xid the transaction's ID
 * @param position of that server's log once the transaction had changed something
 * @param isInLog whether the log before that position names the transaction for certain
 */
record CommitQuestion(LogHistory history, long xid, long position, boolean isInLog) {
    /*
     * The ID alone is not enough: what a crash or a new timeline has cut off the log is forgotten,
     * its IDs are assigned again, and those transactions may commit. So it must be known that the
     * server's present log contains the transaction's own records: then its ID was not assigned
     * again.
     *
     *   the same timeline, not recovered since ─────────────▶ the number is the transaction's own
     *   recovered, or promoted from that timeline:
     *       the log was cut off before the position ────────▶ rolled back: its COMMIT came later
     *       it has the position ────────────────────────────▶ the number is the transaction's own,
     *                                                         unless it wrote to unlogged tables
     *                                                         only, which no log has. So with
     *                                                         commit_certainty = full the log is
     *                                                         made to name it
     */

    /** How often the question is asked while the transaction has not ended. */
    static final int TRIES_MAX = 20;

    /** The value of the first column, which distinguishes the answer from other rows. */
    private static final String ROW = "weir_commit";

    /**
     * Asks for a {@link LogHistory}, and whether everybody may ask for what a {@link CommitMark}
     * needs. Nothing in it needs a privilege that PUBLIC does not have by default. A standby
     * answers without a row.
     */
    static final String HISTORY =
            "SELECT system_identifier, "
                    + ServerIdentity.TIMELINE
                    + ", pg_catalog.pg_last_wal_replay_lsn(),"
                    + " pg_catalog.has_function_privilege('public', "
                    + OwnCall.INSERT_LSN.oid()
                    + "::pg_catalog.oid, 'EXECUTE') AND pg_catalog.has_function_privilege("
                    + "'public', "
                    + OwnCall.ASSIGNED_XID.oid()
                    + "::pg_catalog.oid, 'EXECUTE') AND pg_catalog.has_function_privilege("
                    + "'public', "
                    + OwnCall.EMIT_MESSAGE.oid()
                    + "::pg_catalog.oid, 'EXECUTE'), (SELECT pronargs FROM pg_catalog.pg_proc"
                    + " WHERE oid OPERATOR(pg_catalog.=) "
                    + OwnCall.EMIT_MESSAGE.oid()
                    + "::pg_catalog.oid) FROM pg_catalog.pg_control_system()"
                    + " WHERE NOT pg_catalog.pg_is_in_recovery()";

    private static final int HISTORY_COLUMNS = 5;
    private static final int COLUMNS = 9;

    /** The outcome of the transaction. */
    enum Outcome {
        COMMITTED,
        ROLLED_BACK,
        /** It is still in progress. */
        RUNNING,
        UNKNOWN
    }

    /** The position, in PostgreSQL's notation. */
    String positionText() {
        return Lsn.text(position);
    }

    /** The question, in ASCII; after the first try, the server waits a moment before it answers. */
    String sql(int tries) {
        return """
        SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;\
         SELECT pg_catalog.pg_sleep(%s);\
         SELECT 'weir_commit', pg_catalog.pg_is_in_recovery(),\
         (SELECT system_identifier FROM pg_catalog.pg_control_system()),\
         %s,\
         pg_catalog.pg_last_wal_replay_lsn(),\
         pg_catalog.pg_last_wal_receive_lsn() IS NOT NULL,\
         CASE WHEN %3$s OPERATOR(pg_catalog.<) pg_catalog.txid_snapshot_xmax(\
        pg_catalog.txid_current_snapshot()) THEN pg_catalog.txid_status(%3$s) END,\
         EXISTS (SELECT FROM pg_catalog.pg_class\
         WHERE relpersistence OPERATOR(pg_catalog.=) 'u'),\
         pg_catalog.current_setting('synchronous_standby_names')\
         OPERATOR(pg_catalog.<>) ''\
        """
                .formatted(tries == 0 ? "0" : "0.1", ServerIdentity.TIMELINE, Long.toString(xid));
    }

    /** The answer to {@link #HISTORY}; null if the row is none, or not everybody may ask. */
    static @Nullable LogHistory history(List<@Nullable String> row) {
        String cluster = row.size() == HISTORY_COLUMNS ? row.get(0) : null;
        String timeline = cluster == null ? null : row.get(1);
        String arguments = cluster == null ? null : row.get(4);
        return cluster == null || timeline == null || arguments == null || !"t".equals(row.get(3))
                ? null
                : new LogHistory(
                        Long.parseLong(cluster),
                        Long.parseLong(timeline),
                        lsn(row.get(2)),
                        Integer.parseInt(arguments));
    }

    private static long lsn(@Nullable String text) {
        return text == null ? LogHistory.NONE : Lsn.parse(text);
    }

    /** Whether the row is the answer to {@link #sql}. */
    static boolean isAnswer(List<@Nullable String> row) {
        return row.size() == COLUMNS && ROW.equals(row.getFirst());
    }

    /** Whether a COMMIT on the server that has answered waits for a standby. */
    static boolean hasSynchronousStandbys(List<@Nullable String> row) {
        return "t".equals(row.get(COLUMNS - 1));
    }

    /** The outcome that the answer implies. */
    Outcome outcome(List<@Nullable String> row) {
        String cluster = row.get(2);
        String timeline = row.get(3);
        boolean isPrimary = "f".equals(row.get(1));
        if (!isPrimary || cluster == null || timeline == null) {
            return Outcome.UNKNOWN;
        }
        var now =
                new LogHistory(
                        Long.parseLong(cluster),
                        Long.parseLong(timeline),
                        lsn(row.get(4)),
                        history.messageArguments());
        return outcome(now, "t".equals(row.get(5)), row.get(6), "t".equals(row.get(7)));
    }

    /**
     * The outcome, from what the server that is there now knows.
     *
     * @param now its history
     * @param isStreamed whether it was a standby that received its log from a primary
     * @param status of the transaction with this ID; null if the ID is not assigned yet, or too old
     *     to be known
     * @param hasUnlogged whether the database has unlogged tables
     */
    Outcome outcome(
            LogHistory now, boolean isStreamed, @Nullable String status, boolean hasUnlogged) {
        if (now.systemIdentifier() != history.systemIdentifier()) {
            return Outcome.UNKNOWN;
        }
        boolean isSameTimeline = now.timeline() == history.timeline();
        if (isSameTimeline && isSameRun(now)) {
            return ofOwn(status);
        }
        boolean isNext =
                now.timeline() == history.timeline() + 1
                        && isStreamed
                        && now.recoveredTo() != LogHistory.NONE;
        if (!isSameTimeline && !isNext) {
            return Outcome.UNKNOWN;
        } else if (Long.compareUnsigned(now.recoveredTo(), position) <= 0) {
            return Outcome.ROLLED_BACK;
        } else if (status == null || status.equals("aborted")) {
            return Outcome.ROLLED_BACK;
        }
        return status.equals("committed") && (isInLog || !hasUnlogged)
                ? Outcome.COMMITTED
                : Outcome.UNKNOWN;
    }

    /** Whether the server has lost nothing since: it was not recovered, or shut down properly. */
    private boolean isSameRun(LogHistory now) {
        return now.recoveredTo() == LogHistory.NONE || now.recoveredTo() == history.recoveredTo();
    }

    private static Outcome ofOwn(@Nullable String status) {
        return switch (status == null ? "in progress" : status) {
            case "committed" -> Outcome.COMMITTED;
            case "aborted" -> Outcome.ROLLED_BACK;
            default -> Outcome.RUNNING;
        };
    }
}
