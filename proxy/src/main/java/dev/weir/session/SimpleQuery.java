package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.protocol.FrontendTag;
import dev.weir.session.Preparation.Readiness;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Query messages, in the pool modes that share server connections between clients. */
final class SimpleQuery {
    /** PostgreSQL truncates longer names. */
    private static final int NAME_BYTES_MAX = 63;

    /** The most statements that are prepared for a text that names several. */
    private static final int BROUGHT_MAX = 32;

    private final Turn turn;
    private final ClientRun run;
    private final BatchGuard batch;
    private final Preparation preparation;
    private final ClientTexts texts;

    SimpleQuery(
            Turn turn,
            ClientRun run,
            BatchGuard batch,
            Preparation preparation,
            ClientTexts texts) {
        this.turn = turn;
        this.run = run;
        this.batch = batch;
        this.preparation = preparation;
        this.texts = texts;
    }

    /** Notes the Query at hand and rewrites it where needed; false if it has to wait. */
    boolean query(Ledger ledger) {
        if (preparation.isUnnamedDoubtful(ledger)) {
            return batch.hold();
        }
        boolean inBatch = ledger.isBatchOpen();
        int textBytes = (int) run.total() - HEADER_BYTES - 1;
        Text text = null;
        Text told = null;
        StatementFacts facts = StatementFacts.tooLong();
        if (textBytes < 0) {
            facts = StatementFacts.none(); // no terminator: the server will judge it
        } else if (run.isWhole()) {
            text = texts.query(run.in(), run.body(), textBytes);
            facts = text == null ? texts.facts() : text.facts();
            told = text == null && ledger.isObserved() ? texts.unkept() : text;
        }
        long flags = texts.flags(facts);
        Effect effect = null;
        if (batch.refusesTransaction(flags)) {
            return false;
        }
        turn.willRun(flags);
        int effects = effects(text, textBytes);
        if (batch.lacksPin(flags, effects)) {
            return !batch.waitsForPin(ledger) && refusePin(ledger, flags, inBatch);
        }
        batch.leaves(flags, effects);
        turn.runs(flags, text);
        if (Traces.isSensitive(flags)) {
            ClientStatements.Entry named = inBatch ? null : named(facts);
            Readiness readiness =
                    named == null ? Readiness.CHANGED : preparation.bringAhead(ledger, named);
            if (readiness == Readiness.WAITS) {
                return batch.hold();
            }
            String taken = facts.has(StatementFacts.PREPARES) && !inBatch ? facts.name() : null;
            if (taken != null) {
                preparation.bringNamed(ledger, taken.getBytes(StandardCharsets.UTF_8), true);
            }
            if (!inBatch) {
                batch.relisten(ledger, flags);
            }
            if (!batch.note(flags, facts.parameterNames())) {
                return false;
            }
            batch.noteExecuted(facts);
            if (named != null && readiness == Readiness.READY) {
                effect = isCut(facts) ? keepName(ledger, named, facts) : rewriteName(named, facts);
            } else if (isUnnamedInSql(facts) && !inBatch) {
                bringAll(ledger);
            }
        }
        effect = inBatch && effect == null ? preparation.changeUnnamed(false) : effect;
        effect = batch.carriedOut(flags, effect);
        turn.unnamed().gone();
        turn.server().statements().unnamed(null);
        return batch.ends(ledger, Request.QUERY, effect, told);
    }

    private int effects(@Nullable Text text, int textBytes) {
        if (textBytes < 0) {
            return 0;
        }
        return run.isWhole() ? texts.queryEffects(text) : texts.effects(null);
    }

    /** Makes the server raise the error, so that a transaction fails as it does for any other. */
    private boolean refusePin(Ledger ledger, long flags, boolean inBatch) {
        Effect then = inBatch ? preparation.changeUnnamed(false) : null;
        var error = new RaisedError(batch.pinRefusal(Pins.reasonOf(flags)), then);
        OwnQueries.inPlace(turn, run, error.sql());
        return batch.ends(ledger, Request.QUERY, error, null);
    }

    /**
     * Rewrites DEALLOCATE and EXECUTE of a statement that the client made by Parse: the server
     * knows it under Weir's name.
     *
     * @return what carrying it out does to the client's names
     */
    private @Nullable Effect rewriteName(ClientStatements.Entry entry, StatementFacts facts) {
        byte[] serverName = entry.statement().serverName();
        int nameStart = run.body() + facts.nameStart();
        int nameEnd = run.body() + facts.nameEnd();
        int length = run.here() - 1 - (nameEnd - nameStart) + serverName.length + 2;
        run.replaceMessage();
        ByteBuf to = run.out(length + 1);
        to.writeByte(FrontendTag.QUERY).writeInt(length);
        to.writeBytes(run.in(), run.body(), nameStart - run.body());
        to.writeByte('"').writeBytes(serverName).writeByte('"');
        to.writeBytes(run.in(), nameEnd, run.messageEnd() - nameEnd);
        return facts.has(StatementFacts.DEALLOCATE_NAME)
                ? batch.deallocation(entry.name(), !facts.has(StatementFacts.MULTIPLE))
                : null;
    }

    /** Whether PostgreSQL sends the client a notice that it truncates the name. */
    private static boolean isCut(StatementFacts facts) {
        return facts.nameEnd() - facts.nameStart() > NAME_BYTES_MAX;
    }

    /** Like {@link #rewriteName}, but prepares the statement under the client's name instead. */
    private @Nullable Effect keepName(
            Ledger ledger, ClientStatements.Entry entry, StatementFacts facts) {
        preparation.bringNamed(ledger, entry.name(), true);
        return facts.has(StatementFacts.DEALLOCATE_NAME)
                ? batch.deallocationOfAlias(entry.name())
                : null;
    }

    /** Whether a text executes several statements, whose names are not known. */
    private static boolean isUnnamedInSql(StatementFacts facts) {
        return facts.has(StatementFacts.EXECUTES)
                && facts.has(StatementFacts.MULTIPLE)
                && facts.name() == null;
    }

    private void bringAll(Ledger ledger) {
        for (byte[] name : turn.statements().names(BROUGHT_MAX)) {
            preparation.bringNamed(ledger, name, true);
        }
    }

    /** The statement that the client made by Parse and the text names; null if there is none. */
    private ClientStatements.@Nullable Entry named(StatementFacts facts) {
        long naming = StatementFacts.DEALLOCATE_NAME | StatementFacts.EXECUTES;
        return facts.has(naming) && preparation.tracksNames()
                ? turn.statements().named(facts)
                : null;
    }
}
