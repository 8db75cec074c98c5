package dev.weir.session;

import static dev.weir.session.BatchGuard.sent;
import static dev.weir.session.ClientRun.HEADER_BYTES;
import static dev.weir.session.Preparation.MESSAGE_BYTES;

import dev.weir.backend.CatalogChanges;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.Statement;
import dev.weir.backend.Statements;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Metric;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.session.Circumstances.Knowledge;
import dev.weir.session.Preparation.Readiness;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parse, Bind, Describe and Close, in the pool modes that share server connections between clients:
 * the client's names of statements are replaced by Weir's, and what the server lacks is prepared
 * first. Each method notes the message at hand; false if it has to wait.
 */
final class ExtendedQuery {
    /** A text that names a statement. */
    private static final long NAMES = StatementFacts.EXECUTES | StatementFacts.PREPARES;

    private static final byte[] UNNAMED = {};

    private final Turn turn;
    private final ClientRun run;
    private final BatchGuard batch;
    private final Preparation preparation;
    private final ClientTexts texts;
    private final @Nullable Routing routing;

    ExtendedQuery(
            Turn turn,
            ClientRun run,
            BatchGuard batch,
            Preparation preparation,
            ClientTexts texts,
            @Nullable Routing routing) {
        this.turn = turn;
        this.run = run;
        this.batch = batch;
        this.preparation = preparation;
        this.texts = texts;
        this.routing = routing;
    }

    // --- Parse --------------------------------------------------------------------------------

    boolean parse(Ledger ledger) {
        int name = run.body();
        int nameEnd = run.textEnd(name);
        if (nameEnd < 0) {
            return sent(ledger, Request.PARSE); // malformed: the server reports that
        }
        boolean whole = run.isWhole();
        int start = nameEnd + 1;
        int textEnd = whole ? run.textEnd(start) : -1;
        if (whole && textEnd < 0) {
            return sent(ledger, Request.PARSE);
        }
        Text text = whole ? text(start, textEnd) : null;
        if (waitsForName(ledger, text)) {
            return batch.hold();
        }
        long flags = text == null ? StatementFacts.TOO_LONG : texts.flags(text.facts());
        if (batch.refusesTransaction(flags) || waitsToRun(ledger, flags, text)) {
            return false;
        }
        if (!ledger.isBatchOpen()) {
            batch.relisten(ledger, flags);
        }
        if (text != null) {
            bringNamed(ledger, text.facts());
        }
        if (name == nameEnd) {
            return parseUnnamed(ledger, flags, text);
        } else if (!preparation.tracksNames()) {
            ledger.sent(Request.PARSE, 0, null, text);
            return true;
        }
        return text == null
                ? parseLarge(ledger, flags)
                : parseNamed(ledger, run.bytes(name, nameEnd), text);
    }

    /**
     * Answers a Parse that is directly followed by its Sync, if a server has accepted the statement
     * before under the same settings: it is prepared where it runs, and needs no server now.
     * Otherwise a client that waits for this answer alone, as PQprepare does, could wait for others
     * that wait for it.
     *
     * @return false if the Parse at hand cannot be answered so
     */
    boolean parseAlone() {
        if (!preparation.tracksNames() || !run.isSyncNext() || turn.hasChangedUnseen()) {
            return false;
        }
        int name = run.body();
        int nameEnd = run.textEnd(name);
        if (nameEnd <= name || turn.statements().find(run.in(), name, nameEnd) != null) {
            return false;
        }
        int textEnd = run.textEnd(nameEnd + 1);
        if (textEnd < 0) {
            return false;
        }
        Text text = text(nameEnd + 1, textEnd);
        Statements known = turn.shard().statements();
        var key =
                new Statement.Key(
                        text, turn.parameters().parseSettings(), known.catalog().number());
        Statement statement = known.find(key);
        if (statement == null || !statement.isProven()) {
            return false;
        } else if (batch.exceeded(nameEnd - name, text) != null) {
            return false; // a server connection is needed to say so
        }
        known.retain(statement);
        turn.statements().add(run.bytes(name, nameEnd), statement, 0).succeeded();
        batch.keepsStatement();
        run.drop((int) run.total() + HEADER_BYTES);
        turn.meters().increment(Metric.CLIENT_PARSES);
        turn.answers().parsedAlone();
        return true;
    }

    /**
     * Whether the Parse at hand, which begins a batch that runs it, has to wait for a pin. It does
     * not once a part of its batch has been sent.
     */
    private boolean waitsToRun(Ledger ledger, long flags, @Nullable Text text) {
        boolean mayPin = (flags & turn.pinCandidates()) != 0 || turn.pinsSequences();
        return mayPin
                && !ledger.isBatchOpen()
                && run.mayRunBeforeSync()
                && batch.lacksPin(flags, texts.effects(text))
                && batch.waitsForPin(ledger);
    }

    /** Whether a pending answer decides what the name in a text stands for. */
    private boolean waitsForName(Ledger ledger, @Nullable Text text) {
        return text != null && text.facts().has(NAMES) && batch.namesWait(ledger);
    }

    /** Lets a text that names a statement in SQL find it if the client has made it by Parse. */
    private void bringNamed(Ledger ledger, StatementFacts facts) {
        if (facts.has(NAMES) && !ledger.isSkipping()) {
            String name = facts.name();
            if (name != null) {
                preparation.bringNamed(ledger, name.getBytes(StandardCharsets.UTF_8), false);
            }
        }
    }

    /** The text of the Parse at hand, looked up once even if its batch has been scanned before. */
    private Text text(int start, int end) {
        Text scanned = routing == null ? null : routing.parsed();
        return scanned == null
                ? texts.parse(run.in(), start, end - start, run.messageEnd())
                : scanned;
    }

    private boolean parseUnnamed(Ledger ledger, long flags, @Nullable Text text) {
        UnnamedStatement unnamed = turn.unnamed();
        if (preparation.isUnnamedDoubtful(ledger)) {
            return batch.hold();
        }
        Effect effect =
                ledger.isBatchOpen() ? unnamed.change(turn.server(), true) : unnamed.parsing();
        if (text == null || run.here() > UnnamedStatement.BYTES_MAX) {
            unnamed.parsedTooLarge(flags, text);
            turn.pins().pinIfPossible(PinReason.UNNAMED_STATEMENT);
        } else {
            unnamed.parsed(flags, text, preparation.deallocated(text.facts()));
        }
        turn.server().statements().unnamed(unnamed.version());
        if (text != null && routing != null && RouteQuestion.of(run) != null) {
            RouteQuestion.write(run, text, UNNAMED);
        }
        ledger.sent(Request.PARSE, 0, effect, text);
        return true;
    }

    /** A statement too large to be kept lives on this connection under the client's own name. */
    private boolean parseLarge(Ledger ledger, long flags) {
        if (!turn.pins().pinIfPossible(PinReason.LARGE_STATEMENT)) {
            return lacksPin(ledger, PinReason.LARGE_STATEMENT, Request.PARSE);
        }
        if (!batch.note(flags, List.of())) {
            return false;
        }
        batch.leaves(flags, texts.effects(null));
        return sent(ledger, Request.PARSE);
    }

    private boolean parseNamed(Ledger ledger, byte[] name, Text text) {
        ServerConnection server = turn.server();
        if (batch.namesWait(ledger)) {
            return batch.hold();
        }
        ClientStatements.Entry existing = turn.statements().newest(name);
        if (existing != null && existing.isDoubtful(server.statements().batch())) {
            return batch.hold();
        } else if (existing != null && !existing.isClosed()) {
            return parseTaken(ledger, existing.name());
        } else if (batch.refusesStatement(name.length, text)) {
            return false;
        }
        if (turn.pins().mayHavePrepared()) {
            preparation.tryName(ledger, name, text);
        }
        Knowledge known = turn.knowledge();
        Statement statement = statement(text, known);
        Effect named = turn.statements().add(name, statement, server.statements().batch());
        batch.keepsStatement();
        run.replaceMessage();
        if (known == Knowledge.KNOWN
                && isThere(statement)
                && ledger.readyOwed() == 0
                && ledger.transactionStatus() != 'E') {
            if (ledger.isIdle()) {
                turn.batch().parsesKnown(name);
            }
            Statements.writeCloseOfNothing(run.out(MESSAGE_BYTES));
            ledger.sent(Request.CLOSE, Ledger.ANSWERS_PARSE, named, text);
            turn.meters().add(Metric.SERVER_PARSES, -1); // this one is not sent
            return true;
        }
        if (known == Knowledge.LIKELY) {
            turn.circumstances().assume(turn.server());
        }
        preparation.parse(ledger, statement, 0, named, text);
        return true;
    }

    /** Returns, and holds, the statement that a Parse of this text creates now. */
    private Statement statement(Text text, Knowledge known) {
        Statements all = turn.shard().statements();
        long catalog = all.catalog().number();
        var key = new Statement.Key(text, turn.server().parseSettings(), catalog);
        if (known != Knowledge.UNKNOWN && !CatalogChanges.isOpen(catalog)) {
            return all.hold(key);
        }
        if (turn.circumstances().isMomentary()) {
            turn.pins().pinIfPossible(PinReason.MOMENTARY_STATEMENT);
        }
        return all.holdPrivate(key);
    }

    private boolean isThere(Statement statement) {
        ServerConnection server = turn.server();
        return switch (server.statements().presence(statement)) {
            case READY -> true;
            case PENDING -> server.statements().batchOf(statement) == server.statements().batch();
            case ABSENT, CHANGED -> false;
        };
    }

    /** The name is taken (42P05): lets the server find that out, under the client's name. */
    private boolean parseTaken(Ledger ledger, byte[] name) {
        run.emitRun();
        FrontendMessages.parse(run.out(MESSAGE_BYTES), name, new byte[0]);
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        turn.statements().closeLater(name);
        return sent(ledger, Request.PARSE);
    }

    // --- Bind -----------------------------------------------------------------------------------

    boolean bind(Ledger ledger) {
        int portal = run.body();
        int portalEnd = run.textEnd(portal);
        int name = portalEnd + 1;
        int nameEnd = portalEnd < 0 ? -1 : run.textEnd(name);
        if (nameEnd < 0) {
            return sent(ledger, Request.BIND);
        }
        batch.bound(null);
        if (name == nameEnd) {
            return bindUnnamed(ledger, portal, portalEnd);
        }
        ClientStatements.Entry entry = newest(name, nameEnd);
        if (isDoubtful(ledger, entry)) {
            return batch.hold();
        } else if (entry == null || entry.isClosed()) {
            boolean runs = turn.pins().mayHavePrepared(); // a statement of PREPARE
            return (!runs || batch.use(StatementFacts.EXECUTES, null, texts.effects(null)))
                    && unknownName(ledger, Request.BIND, portal, name, nameEnd);
        }
        Text text = entry.statement().text();
        long flags = texts.flags(text.facts());
        int effects = texts.effects(text);
        if (batch.lacksPin(flags, effects)) {
            return lacksPin(ledger, Pins.reasonOf(flags), Request.BIND);
        }
        bringNamed(ledger, text.facts()); // its columns are those of what it executes
        Readiness readiness = preparation.bring(ledger, entry);
        if (readiness != Readiness.READY) {
            return stall(ledger, readiness, Request.BIND);
        }
        byte[] deallocates = preparation.deallocated(text.facts());
        ClientStatements.Entry doomed = doomed(deallocates);
        if (doomed != null && !bringDoomed(ledger, doomed)) {
            return batch.hold();
        }
        batch.relisten(ledger, flags);
        Statement statement = entry.statement();
        if (!batch.use(flags, text, effects)) {
            return false;
        }
        if (!batch.noteBound(text.facts(), nameEnd + 1)) {
            return false;
        }
        byte[] serverName = statement.serverName();
        if (doomed != null) {
            batch.bound(deallocates);
            preparation.parseDeallocate(ledger, doomed.statement());
            serverName = UNNAMED;
        }
        run.replaceUntil(nameEnd + 1);
        ByteBuf to = run.out(portalEnd - portal + serverName.length + 64);
        to.writeByte(FrontendTag.BIND);
        to.writeInt(run.length() - (nameEnd - name) + serverName.length);
        to.writeBytes(run.in(), portal, name - portal);
        to.writeBytes(serverName).writeByte(0);
        return batch.bind(ledger, portal, portalEnd, text);
    }

    private boolean bindUnnamed(Ledger ledger, int portal, int portalEnd) {
        Text text = turn.unnamed().text();
        if (preparation.isUnnamedDoubtful(ledger) || waitsForName(ledger, text)) {
            return batch.hold();
        }
        long flags = turn.unnamed().facts();
        int effects = texts.effects(text);
        if (batch.lacksPin(flags, effects)) {
            return lacksPin(ledger, Pins.reasonOf(flags), Request.BIND);
        }
        batch.relisten(ledger, flags);
        if (text != null) {
            bringNamed(ledger, text.facts());
        }
        if (!batch.use(flags, text, effects)) {
            return false;
        }
        if (text != null && !batch.noteBound(text.facts(), portalEnd + 2)) {
            return false;
        }
        byte[] deallocates = turn.unnamed().deallocates();
        ClientStatements.Entry doomed = doomed(deallocates);
        if (doomed == null) {
            preparation.ensureUnnamed(ledger);
        } else if (!bringDoomed(ledger, doomed)) {
            return batch.hold();
        } else {
            batch.bound(deallocates);
            preparation.parseDeallocate(ledger, doomed.statement());
        }
        return batch.bind(ledger, portal, portalEnd, turn.unnamed().text());
    }

    /** The client's statement, made by Parse, that a DEALLOCATE removes; null if there is none. */
    private ClientStatements.@Nullable Entry doomed(byte @Nullable [] deallocates) {
        return deallocates == null ? null : turn.statements().find(deallocates);
    }

    /**
     * Brings the server what is to be deallocated; false if an answer to come decides about that.
     */
    private boolean bringDoomed(Ledger ledger, ClientStatements.Entry doomed) {
        return !isDoubtful(ledger, doomed) && preparation.bring(ledger, doomed) != Readiness.WAITS;
    }

    /** The message at hand needs a pin: it waits for one, or fails with its batch. */
    private boolean lacksPin(Ledger ledger, PinReason reason, Request request) {
        if (batch.waitsForPin(ledger)) {
            return false;
        }
        preparation.raise(ledger, batch.pinRefusal(reason));
        return sent(ledger, request);
    }

    // --- Describe and Close ----------------------------------------------------------------------

    boolean describe(Ledger ledger, boolean tracked) {
        byte kind = kind();
        Request request = kind == 'P' ? Request.DESCRIBE_PORTAL : Request.DESCRIBE_STATEMENT;
        int name = run.body() + 1;
        int nameEnd = kind == 'S' && tracked ? run.textEnd(name) : -1;
        if (nameEnd < 0) {
            return sent(ledger, request);
        }
        if (name == nameEnd) {
            if (preparation.isUnnamedDoubtful(ledger)) {
                return batch.hold();
            }
            preparation.ensureUnnamed(ledger);
            return sent(ledger, request);
        }
        ClientStatements.Entry entry = newest(name, nameEnd);
        if (isDoubtful(ledger, entry)) {
            return batch.hold();
        } else if (entry == null || entry.isClosed()) {
            return unknownName(ledger, request, name - 1, name, nameEnd);
        }
        bringNamed(ledger, entry.statement().text().facts());
        Readiness readiness = preparation.bring(ledger, entry);
        if (readiness != Readiness.READY) {
            return stall(ledger, readiness, request);
        }
        byte[] serverName = entry.statement().serverName();
        run.replaceMessage();
        ByteBuf to = run.out(serverName.length + 16);
        to.writeByte(FrontendTag.DESCRIBE).writeInt(4 + 1 + serverName.length + 1);
        to.writeByte('S').writeBytes(serverName).writeByte(0);
        return sent(ledger, request);
    }

    boolean close(Ledger ledger) {
        int name = run.body() + 1;
        int nameEnd = kind() == 'S' ? run.textEnd(name) : -1;
        if (nameEnd < 0) {
            return sent(ledger, Request.CLOSE);
        }
        if (name == nameEnd) {
            if (preparation.isUnnamedDoubtful(ledger)) {
                return batch.hold();
            }
            ledger.sent(Request.CLOSE, 0, preparation.changeUnnamed(false));
            turn.unnamed().gone();
            turn.server().statements().unnamed(null);
            return true;
        }
        long number = turn.server().statements().batch();
        ClientStatements.Entry entry = newest(name, nameEnd);
        if (isDoubtful(ledger, entry)) {
            return batch.hold();
        } else if (entry == null || entry.isClosed()) {
            if (turn.pins().mayHavePrepared()) {
                batch.note(StatementFacts.DEALLOCATE_NAME, List.of());
            }
            return unknownName(ledger, Request.CLOSE, name - 1, name, nameEnd);
        }
        // The server does not know the client's name, so closing that does nothing but answer.
        ledger.sent(Request.CLOSE, 0, turn.statements().close(entry, number));
        return true;
    }

    /** Whether a portal ('P') or a statement ('S') is meant; 0 if that has not arrived. */
    private byte kind() {
        return run.here() > HEADER_BYTES ? run.in().getByte(run.body()) : 0;
    }

    // --- names -----------------------------------------------------------------------------------

    private ClientStatements.@Nullable Entry newest(int name, int nameEnd) {
        return preparation.tracksNames() ? turn.statements().newest(run.in(), name, nameEnd) : null;
    }

    /** Whether the meaning of a name depends on an answer that is still to come. */
    private boolean isDoubtful(Ledger ledger, ClientStatements.@Nullable Entry entry) {
        return batch.namesWait(ledger)
                || entry != null && entry.isDoubtful(turn.server().statements().batch());
    }

    /** The message at hand waits for its statement, or fails since that has changed. */
    private boolean stall(Ledger ledger, Readiness readiness, Request request) {
        if (readiness == Readiness.WAITS) {
            return batch.hold();
        }
        preparation.raiseChanged(ledger);
        return sent(ledger, request);
    }

    /** Passes on a name that the client has not given; it must not match a statement of Weir's. */
    private boolean unknownName(Ledger ledger, Request request, int before, int name, int nameEnd) {
        if (Statements.isReserved(run.in(), name, nameEnd)) {
            run.replaceUntil(nameEnd + 1);
            ByteBuf to = run.out(nameEnd - run.at() + 64);
            to.writeByte(run.tag()).writeInt(run.length() + 1);
            to.writeBytes(run.in(), before, name - before);
            to.writeByte(Statements.STRANGE).writeBytes(run.in(), name, nameEnd + 1 - name);
        }
        return sent(ledger, request);
    }
}
