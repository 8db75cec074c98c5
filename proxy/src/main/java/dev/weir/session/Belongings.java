package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.catalog.Catalog;
import dev.weir.catalog.Closure;
import dev.weir.config.ClientBounds;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import dev.weir.sql.StatefulBuiltins;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import dev.weir.sql.UsedNames;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client that keeps its server connection has there, and whether another connection can take
 * its place: before its primary is replaced, the client gives the connection back between two
 * transactions, and gets one to the next primary on which everything is made again.
 *
 * <p>The server is asked what there is: settings, prepared statements, locks, channels, cursors,
 * temporary objects. What it cannot be asked about (custom settings, the seed of random, what
 * functions written in C remember) must be known from what the client has sent: texts are read for
 * all names in them, which are judged by the catalog once it is needed.
 */
@LoopConfined
final class Belongings implements LoopOwned {
    /*
     *   KEPT ──wanted, and nothing more runs──▶ ASKED ──▶ ANSWERED ──nothing else is there──▶ AWAY
     *    ▲                                                   │                                 │
     *    ├──────something runs, or the answer came too late──┘                                 │
     *    └──────────────────────all is made again on another connection────────────────────────┘
     */
    private enum State {
        KEPT,
        ASKED,
        ANSWERED,
        AWAY
    }

    /** What to do with the connection now that nothing runs on it. */
    enum Step {
        /** The client goes on there. */
        STAYS,
        /** The server is asked what there is: nothing more is sent until it has answered. */
        ASKED,
        /** The client gives it back. */
        LEAVES
    }

    private static final int CALLS_MAX = 64;

    /** Commands that change settings unnamed, to values that the server knows. */
    private static final Set<String> RESETS =
            Set.of(
                    "",
                    "close all",
                    "deallocate all",
                    "discard all",
                    "reset all",
                    "select pg_advisory_unlock_all()",
                    "set session authorization default",
                    "unlisten *");

    private static final long UNNAMED_RESET =
            StatementFacts.RESETS_PARAMETERS | StatementFacts.SETS_UNKNOWN_PARAMETERS;

    private final ClientShard shard;
    private final ClientParameters parameters;
    private final Catalog catalog;
    private final Supplier<@Nullable ServerConnection> server;
    private final Runnable settingsChanged;
    private final UsedNames names = new UsedNames();

    /** What the server is asked; nothing here ties the session. */
    private final Pins asked;

    private State state = State.KEPT;

    /** It was asked to give the connection back. */
    private boolean isWanted;

    /** It has done something of which nobody can know whether it left something. */
    private boolean isTied;

    /** The functions that it has called by FunctionCall, by OID. */
    private int[] calls = {};

    /** Whether it has parsed a named statement. */
    private boolean hasNamed;

    /** A setting that decides what a statement means may have changed since one was parsed. */
    private boolean hasChangedMeaning;

    /** Its unnamed statement; null if there is none. */
    private @Nullable Text unnamed;

    /** Its unnamed statement is too large to be read. */
    private boolean hasLargeUnnamed;

    /** The number of batches that had been sent when the server was asked. */
    private long askedBatch;

    /** Whether the server has said that something is there that ties the session. */
    private boolean isBound;

    private List<CarriedStatements.One> carried = List.of();

    /**
     * Those of a client that has nothing yet.
     *
     * @param server its connection; null while it has none
     * @param settingsChanged told when it may have more or fewer settings than before
     */
    Belongings(
            ClientShard shard,
            ClientParameters parameters,
            Catalog catalog,
            Supplier<@Nullable ServerConnection> server,
            Runnable settingsChanged) {
        this.shard = shard;
        this.parameters = parameters;
        this.catalog = catalog;
        this.server = server;
        this.settingsChanged = settingsChanged;
        this.asked = new Pins(shard);
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    private void become(State next) {
        assert switch (next) {
                    case KEPT -> state != State.KEPT;
                    case ASKED -> state == State.KEPT;
                    case ANSWERED -> state == State.ASKED;
                    case AWAY -> state == State.ANSWERED;
                }
                : state + " to " + next;
        state = next;
    }

    // --- what it sends --------------------------------------------------------------------------

    /**
     * A Query is sent.
     *
     * @param text null if it is too long to be read
     * @param flags its facts
     */
    void runs(@Nullable Text text, long flags) {
        assertInLoop();
        unnamed = null;
        hasLargeUnnamed = false;
        note(text, flags);
    }

    /**
     * A Parse is sent, of what may run at any time from now on.
     *
     * @param text null if it is too long to be read
     * @param flags its facts
     */
    void parses(boolean isNamed, @Nullable Text text, long flags) {
        assertInLoop();
        if (!isNamed) {
            unnamed = text;
            hasLargeUnnamed = text == null;
        }
        hasNamed |= isNamed;
        note(text, flags);
    }

    /** A Close of the unnamed statement is sent. */
    void closesUnnamed() {
        assertInLoop();
        unnamed = null;
        hasLargeUnnamed = false;
    }

    private void note(@Nullable Text text, long flags) {
        if (text == null || isTied) {
            isTied = true;
            return;
        }
        int effects = names.add(text) & ~(StateEffects.SEQUENCES | StateEffects.DEFINES);
        isTied |= Traces.stains(flags, effects) && !isReset(text, flags);
        hasChangedMeaning |= hasNamed && (flags & StatementFacts.MEANS) != 0;
        asked.noteNames(text.facts().parameterNames());
        int settings = asked.settingsWith(parameters.desired());
        isTied |= ClientBounds.exceeds(settings, shard.pool().settings().bounds().parameters());
    }

    /** Whether it cannot be moved any more, whatever it does. */
    boolean isTied() {
        assertInLoop();
        return isTied;
    }

    /** Whether it only resets things, as pools of drivers do. */
    private static boolean isReset(Text text, long flags) {
        if ((flags & UNNAMED_RESET) != UNNAMED_RESET) {
            return false;
        }
        for (String one : text.spelled().toLowerCase(Locale.ROOT).split(";", -1)) {
            if (!RESETS.contains(one.strip())) {
                return false;
            }
        }
        return true;
    }

    /** A FunctionCall of this function is sent; 0 if that is not known. */
    void calls(int oid) {
        assertInLoop();
        for (int known : calls) {
            if (known == oid) {
                return;
            }
        }
        if (oid == 0 || StatefulBuiltins.flags(oid) != 0 || calls.length == CALLS_MAX) {
            isTied = true;
        } else {
            calls = Arrays.copyOf(calls, calls.length + 1);
            calls[calls.length - 1] = oid;
        }
    }

    // --- whether it may leave -------------------------------------------------------------------

    /** How the session is tied to its connection, so far as is known. */
    ServerEvents.Tie tie(ServerConnection server) {
        assertInLoop();
        boolean isToldSo = isBound && state == State.ANSWERED && isUnchanged(server);
        return isToldSo || mayHaveMore() ? ServerEvents.Tie.BOUND : ServerEvents.Tie.MOVABLE;
    }

    /** Whether there may be something about which the server cannot be asked. */
    private boolean mayHaveMore() {
        StateNames by = names();
        if (isTied || hasLargeUnnamed || by == null) {
            return true;
        }
        int effects = names.effects(by);
        boolean needsSequences = shard.pool().settings().pinSequences() || names.hasAskedSequence();
        return (effects & (StateEffects.SESSION | StateEffects.TAINTS)) != 0
                || (effects & StateEffects.SEQUENCES) != 0 && needsSequences
                || hasCalledMore();
    }

    /** The names by which it is judged; null if they are not known. */
    private @Nullable StateNames names() {
        return switch (shard.pool().settings().stateCheck()) {
            case ANALYSED -> {
                Closure known = catalog.closure();
                yield known == null ? null : known.names();
            }
            case TEXTS -> StateNames.builtin();
            case ALWAYS -> null;
        };
    }

    private boolean hasCalledMore() {
        Closure known = catalog.closure();
        for (int oid : calls) {
            if (known == null || !known.isHarmlessFunction(oid)) {
                return true;
            }
        }
        return false;
    }

    private boolean isUnchanged(ServerConnection server) {
        return server.statements().batch() == askedBatch;
    }

    /** The connection is to be given back as soon as possible. */
    void wanted() {
        assertInLoop();
        isWanted = true;
    }

    /** All is answered and no transaction is open: finds out what to do. */
    Step look(ServerConnection server) {
        assertInLoop();
        if (state == State.ANSWERED && !isUnchanged(server)) {
            become(State.KEPT);
        }
        if (!isWanted || state == State.ASKED) {
            return Step.STAYS;
        } else if (state == State.ANSWERED && !isBound) {
            return Step.LEAVES;
        } else if (state == State.ANSWERED || mayHaveMore()) {
            isWanted = false;
            return Step.STAYS;
        }
        ask(server);
        return Step.ASKED;
    }

    private void ask(ServerConnection server) {
        asked.note(StatementFacts.TOO_LONG, null); // about everything
        long batch = server.statements().batch();
        StateProbe probe = asked.question(batch, server.target().user(), this::probed);
        Set<String> custom = asked.customNames(parameters.desired(), server.given());
        String sql = probe == null ? null : probe.sql(custom);
        if (probe == null || sql == null) {
            throw new IllegalStateException("nothing to ask");
        }
        become(State.ASKED);
        askedBatch = batch;
        isBound = false;
        asked.asking();
        server.inject(sql, probe);
        server.inject(
                CarriedStatements.SQL,
                new CarriedStatements(shard.pool().settings().bounds(), this::listed));
        server.flush();
    }

    private void probed(StateProbe probe, boolean answered) {
        ServerConnection now = server.get();
        if (now == null) {
            return;
        }
        if (!answered) {
            ServerFailure said = now.privateError();
            boolean isAskedAgain = said != null && said.isDisturbance() && asked.disturbed();
            isBound = !isAskedAgain;
            if (isAskedAgain) {
                askedBatch = -1; // so that the answer is of no value
            } else {
                asked.unanswered(askedBatch);
            }
            return;
        }
        asked.answered(probe);
        isBound = asked.isPinned();
        if (!isBound) {
            ParameterSet settings = probe.settings().withMissing(now.resetValues());
            parameters.learned(settings, probe.mayHaveReset());
            settingsChanged.run();
        }
    }

    /** The server has listed the prepared statements; null if it has not, or there are too many. */
    private void listed(@Nullable List<CarriedStatements.One> all) {
        if (state == State.ASKED) {
            become(State.ANSWERED);
            boolean hasAny = all == null || !all.isEmpty() || unnamed != null;
            isBound |= all == null || hasAny && hasChangedMeaning;
            carried = isBound || all == null ? List.of() : all;
        }
    }

    // --- on its way -----------------------------------------------------------------------------

    /** The connection has been given back. */
    void left() {
        assertInLoop();
        become(State.AWAY);
        isWanted = false;
    }

    /** Whether the next connection lacks what the client had. */
    boolean isAway() {
        assertInLoop();
        return state == State.AWAY;
    }

    /**
     * Makes everything again on another connection, but for settings, which it has.
     *
     * @param done told whether the server has all, once it has answered
     * @return false if nothing is waited for, and {@code done} is not called
     */
    boolean bring(ServerConnection server, CarriedStatements.Done done) {
        assertInLoop();
        boolean waits = !carried.isEmpty();
        if (waits) {
            CarriedStatements.prepare(server, carried, done);
        }
        if (unnamed != null) {
            CarriedStatements.prepareUnnamed(server, unnamed);
        }
        if (!waits) {
            arrived();
        }
        return waits;
    }

    /** Everything has been made again. */
    void arrived() {
        assertInLoop();
        become(State.KEPT);
        carried = List.of();
    }
}
