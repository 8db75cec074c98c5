package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.catalog.Catalog;
import dev.weir.catalog.Closure;
import dev.weir.config.CustomSettings;
import dev.weir.config.Listen;
import dev.weir.config.PoolMode;
import dev.weir.config.StateCheck;
import dev.weir.login.ClientHello;
import dev.weir.metrics.LoopMeters;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Losses;
import dev.weir.pool.UnseenChanges;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a session may see of it: what its client has, the server connection that it
 * holds now, and the answers to the client. What they may ask for is in {@link Flow}.
 */
@LoopConfined
final class Turn implements LoopOwned {
    /** What a channel takes up: its name, here and where its pool looks for who listens. */
    private static final int CHANNEL_BYTES = 250;

    /** Settings and channels up to this size are not counted: most clients have no more. */
    private static final int UNCOUNTED_BYTES_MAX = 1_024;

    private final ClientHello hello;
    private final ClientShard shard;
    private final PoolMode mode;
    private final boolean pinsSequences;
    private final boolean sharesListening;
    private final @Nullable Map<String, String> dedicated;
    private final ClientParameters parameters;
    private final ClientStatements statements;
    private final UnnamedStatement unnamed = new UnnamedStatement();
    private final Pins pins;
    private final SessionTimes times;
    private final Answers answers;
    private final Catalog catalog;
    private final Batch batch = new Batch();
    private final InFlight inFlight = new InFlight();
    private final Circumstances circumstances;

    /** Null unless it keeps its connection, but perhaps could get another one. */
    private final @Nullable Belongings belongings;

    /** Null unless the client has listened by its pool's shared connection. */
    private @Nullable Notifications notifications;

    /** The process ID in its cancel key. */
    private int processId;

    /** What it keeps besides its statements, as counted in the budget of the process. */
    private int keptBytes;

    private @Nullable Lease lease;
    private boolean hasStained;

    /** Whether it has run something that may have changed settings of which Weir is not told. */
    private boolean hasChangedUnseen;

    private boolean hasDefined;

    /** The facts of the text that ran last; negative before the first. */
    private long facts = -1;

    Turn(
            ClientHello hello,
            ClientShard shard,
            SessionTimes times,
            Answers answers,
            Catalog catalog) {
        this.hello = hello;
        this.shard = shard;
        this.dedicated = ownStartup(hello, shard.pool());
        this.mode = dedicated == null ? shard.pool().mode() : PoolMode.SESSION;
        this.pinsSequences = shard.pool().settings().pinSequences();
        this.sharesListening =
                shard.pool().settings().listen() == Listen.SHARED
                        && mode != PoolMode.SESSION
                        && !shard.pool().hasNodes();
        this.parameters = new ClientParameters(hello.startup());
        this.statements = new ClientStatements(shard.statements());
        this.pins = new Pins(shard);
        this.circumstances = new Circumstances(pins);
        this.times = times;
        this.answers = answers;
        this.catalog = catalog;
        this.belongings =
                mode == PoolMode.SESSION && shard.pool().hasNodes()
                        ? new Belongings(
                                shard, parameters, catalog, this::serverOrNull, this::countKept)
                        : null;
    }

    /** The startup parameters of a dedicated connection; null if it needs or may have none. */
    private static @Nullable Map<String, String> ownStartup(ClientHello hello, ClientPool pool) {
        boolean mayPin =
                switch (pool.mode()) {
                    case SESSION -> true;
                    case TRANSACTION -> pool.settings().maxPinned() > 0;
                    case STATEMENT -> false;
                };
        if (!mayPin || !hello.startup().needsOwnStartup()) {
            return null;
        }
        var startup = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        startup.putAll(pool.startup());
        hello.startup().forEach(startup::put);
        return startup;
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    // --- what it keeps besides its statements ----------------------------------------------------

    /** Counts its settings and channels, which may be more or fewer than before. */
    void countKept() {
        Notifications listening = notifications;
        int channels = listening == null ? 0 : listening.channels();
        long now = parameters.desired().weight() + (long) channels * CHANNEL_BYTES;
        keeps(now < UNCOUNTED_BYTES_MAX ? 0 : (int) Math.min(now, Integer.MAX_VALUE));
    }

    /** The client is gone. */
    void keepNothing() {
        keeps(0);
    }

    private void keeps(int bytes) {
        if (bytes != keptBytes) {
            shard.statements().memory().add(bytes - keptBytes);
            keptBytes = bytes;
        }
    }

    /** Whether it must not keep more, since the memory of all is used up and it has its share. */
    boolean keepsTooMuch() {
        return keptBytes > pool().allowance().statementBytesOfAnyone()
                && shard.statements().memory().isFull();
    }

    // --- who the client is, and where it lives ---------------------------------------------------

    ClientHello hello() {
        return hello;
    }

    ClientShard shard() {
        return shard;
    }

    ClientPool pool() {
        return shard.pool();
    }

    LoopMeters meters() {
        return shard.meters();
    }

    /**
     * The startup parameters of a dedicated connection, opened for this client since some of its
     * settings can only be given then; null if any connection will do.
     */
    @Nullable Map<String, String> dedicated() {
        return dedicated;
    }

    /**
     * The pool mode when the client connected: a RELOAD applies to later clients. Session mode for
     * a client with a dedicated connection.
     */
    PoolMode mode() {
        return mode;
    }

    // --- what it has ----------------------------------------------------------------------------

    ClientParameters parameters() {
        return parameters;
    }

    ClientStatements statements() {
        return statements;
    }

    UnnamedStatement unnamed() {
        return unnamed;
    }

    Pins pins() {
        return pins;
    }

    /** What it has sent last, while that may have to run again. */
    Batch batch() {
        return batch;
    }

    /** What it has sent last, while that is not answered. */
    InFlight inFlight() {
        return inFlight;
    }

    /** Whether it is known what a Parse of the client means. */
    Circumstances circumstances() {
        return circumstances;
    }

    SessionTimes times() {
        return times;
    }

    /** The facts of the text that ran last; negative before the first. */
    long facts() {
        return facts;
    }

    /** A text with these facts is about to run. */
    void willRun(long textFacts) {
        facts = textFacts;
        Notifications now = notifications;
        if (now != null) {
            now.willRun(textFacts);
        }
    }

    /**
     * What the client has on the connection that it keeps; null if it keeps none, or can get no
     * other.
     */
    @Nullable Belongings belongings() {
        return belongings;
    }

    // --- its server connection ------------------------------------------------------------------

    boolean isLeased() {
        return lease != null;
    }

    @Nullable Lease lease() {
        return lease;
    }

    ServerConnection server() {
        return Objects.requireNonNull(lease).server();
    }

    @Nullable ServerConnection serverOrNull() {
        Lease held = lease;
        return held == null ? null : held.server();
    }

    /**
     * Whether the server waits for the client's COPY data. Then nothing from the client may wait
     * for the server: neither would ever continue.
     */
    boolean feedsCopy() {
        Lease held = lease;
        return held != null && held.server().ledger().awaitsCopyData();
    }

    /** Whether the connection can be given the client's parameters. */
    boolean accepts(ServerConnection connection) {
        return sharesCustomSettings() || prefers(connection);
    }

    /** Whether the connection, once given the client's parameters, looks like a new one. */
    boolean prefers(ServerConnection connection) {
        return connection.given().canBecome(parameters.desired());
    }

    /** Whether custom settings of other clients may remain there, with empty values. */
    boolean sharesCustomSettings() {
        return pool().settings().customSettings() == CustomSettings.SHARED;
    }

    /** Whether everything that the client does counts as staining its connection. */
    boolean stainsAlways() {
        return pool().settings().stateCheck() == StateCheck.ALWAYS && mode != PoolMode.SESSION;
    }

    /** Whether the use of a sequence pins the client. */
    boolean pinsSequences() {
        return pinsSequences;
    }

    /** Whether the client listens by its pool's shared connection. */
    boolean sharesListening() {
        return sharesListening;
    }

    /** What may pin the client to its connection, as flags of {@link StatementFacts}. */
    long pinCandidates() {
        return sharesListening
                ? StatementFacts.PIN_CANDIDATES & ~StatementFacts.LISTENS
                : StatementFacts.PIN_CANDIDATES;
    }

    /** Its channels on that connection; null if it has never listened there. */
    @Nullable Notifications notifications() {
        return notifications;
    }

    void notifications(Notifications made) {
        notifications = made;
    }

    /** Whether it listens on any channel there. */
    boolean isListening() {
        Notifications now = notifications;
        return now != null && now.isListening();
    }

    /** The process ID that the client was told as its server's: the one in its cancel key. */
    int processId() {
        return processId;
    }

    void processId(int told) {
        processId = told;
    }

    /** The client_encoding that it was last told. */
    String clientEncoding() {
        String told = parameters.told().get("client_encoding");
        return told == null ? "UTF8" : told;
    }

    /** Whether the client keeps its connection until it leaves. */
    boolean isWholeSession() {
        return mode == PoolMode.SESSION;
    }

    /** Notes the lease that was granted. */
    void leased(Lease granted) {
        lease = granted;
        if (dedicated != null) {
            granted.server().given(parameters.startup());
        }
    }

    /** The names by which Weir judges what texts may leave; null if it does not judge that. */
    @Nullable StateNames names() {
        return switch (pool().settings().stateCheck()) {
            case ANALYSED -> catalog.names();
            case TEXTS -> StateNames.builtin();
            case ALWAYS -> pinsSequences ? StateNames.builtin() : null;
        };
    }

    /** What a call of the function with this OID may leave, as {@link StateEffects}. */
    int functionEffects(int oid) {
        Closure known = catalog.closure();
        boolean isHarmless =
                switch (pool().settings().stateCheck()) {
                    case ANALYSED -> known != null && known.isHarmlessFunction(oid);
                    case TEXTS -> false;
                    case ALWAYS -> true; // the connection is stained anyway
                };
        return isHarmless ? 0 : StateEffects.SESSION;
    }

    /** Whether the catalog of its database is due to be read, by the loop's clock. */
    boolean isCatalogDue() {
        return pool().settings().stateCheck() == StateCheck.ANALYSED && catalog.isDue(times.now());
    }

    /** What is known of the catalog of its database. */
    Catalog catalog() {
        return catalog;
    }

    /** Notes that the client may leave state on its connection, which must then be wiped. */
    void stain() {
        hasStained = true;
        Lease held = Objects.requireNonNull(lease);
        held.stain(hello.id());
        if (catalog.hasLoginTriggers()) {
            held.outlivesWipe();
        }
    }

    /** Something runs that may change any setting, so far as is known. */
    void changesUnseen() {
        if (knowsNames()) {
            hasChangedUnseen = true;
            Objects.requireNonNull(lease).changesUnseen(UnseenChanges.LIKELY);
        }
    }

    /** Whether it is known which names may do something to a session. */
    private boolean knowsNames() {
        return switch (pool().settings().stateCheck()) {
            case ANALYSED -> catalog.closure() != null;
            case TEXTS -> true;
            case ALWAYS -> false;
        };
    }

    /** Whether the client's last connection is likely to have settings that Weir is not told of. */
    boolean hasChangedUnseen() {
        return hasChangedUnseen;
    }

    /**
     * A statement that others use, too, is parsed now.
     *
     * @return whether it is likely to mean something else here than it does elsewhere
     */
    boolean parsesShared() {
        Lease held = Objects.requireNonNull(lease);
        held.parsesShared();
        return held.unseenChanges() == UnseenChanges.LIKELY;
    }

    /** What is known of a Parse of the client's that is sent now. */
    Circumstances.Knowledge knowledge() {
        return Objects.requireNonNull(lease).unseenChanges() == UnseenChanges.LIKELY
                ? Circumstances.Knowledge.UNKNOWN
                : circumstances.now(server());
    }

    /** Notes a text that is about to run; null if it did not arrive whole, or is new. */
    void runs(long flags, @Nullable Text text) {
        circumstances.willRun(flags, text);
        if (!knowsNames() && (text == null || text.access().mayHide())) {
            Objects.requireNonNull(lease).changesUnseen(UnseenChanges.POSSIBLE);
        }
    }

    /** The client is about to define something in the catalog of its database. */
    void defines() {
        catalog.defines();
        hasDefined = true;
    }

    /** The transaction, in which the client may have defined something, is over. */
    void transactionEnds() {
        if (hasDefined) {
            hasDefined = false;
            catalog.defines();
        }
    }

    /** Whether the client's last connection may carry state of it. */
    boolean hasStained() {
        return hasStained;
    }

    /** Gives up the lease, and returns it; null if there was none. */
    @Nullable Lease takeLease() {
        Lease held = lease;
        lease = null;
        return held;
    }

    /**
     * Counts what became of that which was in progress on a connection that was lost.
     *
     * @param lostNanos when it was lost
     */
    void lossEnds(Losses.End end, long lostNanos) {
        meters().increment(end.metric());
        pool().losses().add(end, lostNanos);
    }

    // --- answers --------------------------------------------------------------------------------

    Answers answers() {
        return answers;
    }

    /** Answers a Query of one command, alone in its read, without a server. */
    void answerAlone(String commandTag, byte transactionStatus) {
        unnamed.gone();
        times.answered(meters(), transactionStatus == 'I');
        answers.completed(commandTag, transactionStatus);
    }
}
