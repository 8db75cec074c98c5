package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ParseSettings;
import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Ledger;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import org.jspecify.annotations.Nullable;

/**
 * Whether the meaning of a Parse that is sent now is known: under which settings it is analyzed,
 * and with which catalog. If not, its statement is not shared.
 */
final class Circumstances {
    /*
     * PostgreSQL reports settings ahead of ReadyForQuery, not in the middle of a batch; some it
     * never reports. So what the texts of this transaction may have set is remembered until it is
     * over, and forgotten earlier only if the server has reported it since. A text in flight that
     * calls functions may set anything. One that modifies rows may fire triggers; it is so rare
     * that these set anything that they are assumed not to, until the server reports otherwise.
     */
    enum Knowledge {
        /** Everything is known. */
        KNOWN,
        /** Nothing suggests a change. */
        LIKELY,
        /** Anything may have changed. */
        UNKNOWN
    }

    /** The facts of texts that may do what Weir does not see. */
    private static final long UNSEEN = StatementFacts.TOO_LONG | StatementFacts.EXECUTES;

    private static final long MOMENTARY =
            StatementFacts.SETS_LOCAL | StatementFacts.SETS_UNKNOWN_PARAMETERS;

    private final Pins pins;

    /** The flags of the texts that were run in this transaction, so far as they matter. */
    private long flags;

    /** Something has run, and the server has not reported its settings since. */
    private boolean ran;

    /** One of these texts may have done something that it does not show. */
    private boolean hidden;

    /** The assumed settings under which something was prepared; null if nothing was. */
    private @Nullable ParameterSet assumed;

    Circumstances(Pins pins) {
        this.pins = pins;
    }

    /** A text with these facts is about to run; null if it did not arrive whole, or is new. */
    void willRun(long textFlags, @Nullable Text text) {
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
                || (flags & StatementFacts.MEANS_PATH) != 0 && !ParseSettings.reportsPath(reported);
    }

    /** Whether what is parsed now depends on settings that may end with the transaction. */
    boolean isMomentary() {
        return ran && (flags & MOMENTARY) != 0 && (flags & StatementFacts.MEANS) != 0;
    }

    /** A shared statement is prepared, though the circumstances are only likely known. */
    void assume(ServerConnection server) {
        if (assumed == null) {
            assumed = server.parseSettings();
        }
    }

    /** All is answered: if the assumption was wrong, the statements are no longer trusted. */
    void settled(ServerConnection server) {
        ParameterSet before = assumed;
        if (before != null) {
            assumed = null;
            if (!before.equals(server.parseSettings())) {
                server.statements().distrust();
            }
        }
    }
}
