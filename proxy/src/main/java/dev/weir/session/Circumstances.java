package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ParseSettings;
import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Ledger;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import org.jspecify.annotations.Nullable;

/**
 * Whether it is known what a Parse means that is sent now: under which settings it is read, and
 * with which catalog. If not, its statement is nobody else's.
 */
final class Circumstances {
    /*
     * PostgreSQL reports settings ahead of ReadyForQuery, not in the middle of a batch; some it
     * never reports. So what texts of this transaction may have set is remembered until it is over,
     * and forgotten earlier only if the server has reported it since. A text in flight that calls
     * functions may set anything. One that modifies rows may fire triggers; that they set something
     * is so rare that it is believed for now, and mended when the server reports it.
     */
    enum Knowledge {
        /** All is known. */
        KNOWN,
        /** Nothing points to a change. */
        LIKELY,
        /** It may be anything. */
        UNKNOWN
    }

    /** What a text may do that is not seen. */
    private static final long UNSEEN = StatementFacts.TOO_LONG | StatementFacts.EXECUTES;

    private static final long MOMENTARY =
            StatementFacts.SETS_LOCAL | StatementFacts.SETS_UNKNOWN_PARAMETERS;

    private final Pins pins;

    /** The flags of the texts that were run in this transaction, as far as they matter. */
    private long flags;

    /** Something has run, and the server has not reported its settings since. */
    private boolean ran;

    /** A text among those may have done what it does not show. */
    private boolean hidden;

    /** The settings under which something was prepared that is likely right; null if nothing. */
    private @Nullable ParameterSet believed;

    Circumstances(Pins pins) {
        this.pins = pins;
    }

    /** A text with these facts is about to run; null if it did not come as a whole, or is new. */
    void runs(long textFlags, @Nullable Text text) {
        flags |= (textFlags & UNSEEN) == 0 ? textFlags : textFlags | StatementFacts.MEANS;
        hidden |= text == null || text.access().mayHide();
        ran = true;
    }

    /** What is known of a Parse that is sent to {@code server} now. */
    Knowledge now(ServerConnection server) {
        Ledger ledger = server.ledger();
        if (ledger.isQuiet()) {
            ran = false;
            hidden = false;
            flags = ledger.transactionStatus() == 'I' ? 0 : flags;
        }
        if (ran && (hidden || (flags & StatementFacts.MEANS) != 0)
                || isUnreported(server.reported())
                || server.statements().isDefining()
                || pins.mayHaveTemporary()) {
            return Knowledge.UNKNOWN;
        }
        return ran ? Knowledge.LIKELY : Knowledge.KNOWN;
    }

    private boolean isUnreported(ParameterSet reported) {
        return (flags & StatementFacts.MEANS_OTHER) != 0
                || (flags & StatementFacts.MEANS_PATH) != 0 && !ParseSettings.reportsPath(reported)
                || (flags & StatementFacts.MEANS_ROLE) != 0
                        && ParseSettings.dependsOnRole(reported);
    }

    /** Whether what is parsed now depends on settings that may be over with the transaction. */
    boolean isMomentary() {
        return ran && (flags & MOMENTARY) != 0 && (flags & StatementFacts.MEANS) != 0;
    }

    /** Something is prepared for all, and the circumstances are only likely what they seem. */
    void believes(ServerConnection server) {
        if (believed == null) {
            believed = server.parseSettings();
        }
    }

    /** All is answered: what was believed wrongly is believed no more. */
    void settled(ServerConnection server) {
        ParameterSet before = believed;
        if (before != null) {
            believed = null;
            if (!before.equals(server.parseSettings())) {
                server.statements().distrust();
            }
        }
    }
}
