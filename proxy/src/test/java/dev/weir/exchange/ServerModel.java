package dev.weir.exchange;

import dev.weir.exchange.ClientMessage.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The part of PostgreSQL's message loop that decides who answers what, after its postgres.c and
 * copyfromparse.c: skipping to Sync, COPY IN that eats Syncs, implicit and explicit transactions.
 *
 * <p>It takes one message at a time from {@link #input} and puts its answers into {@link #output}.
 */
final class ServerModel {
    /** Nobody's: ParameterStatus and NotificationResponse. */
    static final int NOBODY = -1;

    /**
     * An answer.
     *
     * @param owner the id of the message it answers, or {@link #NOBODY}
     * @param copyFrom for the error of a COPY IN, how many messages were read before it began
     * @param adrift whether this ReadyForQuery says I although the transaction goes on
     */
    record Answer(char tag, char status, int owner, int copyFrom, boolean adrift) {}

    private enum Transaction {
        NONE,
        BLOCK,
        FAILED
    }

    final Deque<ClientMessage> input = new ArrayDeque<>();
    final Deque<Answer> output = new ArrayDeque<>();

    /** What became of each message that has an effect, by id. */
    final Map<Integer, String> fates = new HashMap<>();

    private final SplittableRandom random;
    private int read;

    private Transaction transaction = Transaction.NONE;
    private boolean batch;
    private boolean skipping;
    private boolean adrift;

    /** A command was begun and no Sync, Query or FunctionCall has finished it yet. */
    private boolean started;

    /** An Execute of this batch is done, and its transaction goes on until the Sync. */
    private boolean implicit;

    /** A Query has ended in an implicit transaction and left it open. */
    private boolean carried;

    /** A Query has ended a batch, and no Sync has come since. */
    private boolean mixed;

    private @Nullable ClientMessage copying;
    private int copyFrom;
    private Iterator<Statement> statements = List.<Statement>of().iterator();

    ServerModel(SplittableRandom random) {
        this.random = random;
    }

    /** Whether it has done all it was sent and said all it had to say. */
    boolean isQuiet() {
        return output.stream().allMatch(it -> it.owner() == NOBODY)
                && input.stream().allMatch(it -> it.request() == null || it.is(Request.COPY_END))
                && !batch
                && !skipping
                && !adrift
                && !carried
                && copying == null;
    }

    boolean isIdle() {
        return isQuiet() && transaction == Transaction.NONE;
    }

    /** Whether a client cannot tell yet if a transaction that it is told of is implicit. */
    boolean isAmbiguous() {
        return transaction == Transaction.BLOCK && mixed;
    }

    /** Reads one message. */
    void step() {
        ClientMessage message = input.remove();
        read++;
        asynchronous();
        if (copying != null) {
            readCopy(copying, message);
        } else if (skipping && !message.is(Request.SYNC)) {
            fate(message, "skipped");
        } else {
            skipping = false;
            dispatch(message);
        }
    }

    /** A cancel: it hits a COPY that waits for data. */
    void cancel() {
        if (copying != null) {
            ClientMessage hit = copying;
            copying = null;
            fail(hit, copyFrom);
        }
    }

    private void dispatch(ClientMessage message) {
        if (message.request() == null || message.is(Request.COPY_END)) {
            return;
        }
        batch |= message.isExtended();
        if (message.fails()) {
            fail(message, 0);
            return;
        }
        started |= message.isExtended() && !message.is(Request.CLOSE);
        notice(message);
        switch (message.request()) {
            case PARSE -> answer(message, "1");
            case BIND -> answer(message, "2");
            case DESCRIBE_STATEMENT -> answer(message, random.nextBoolean() ? "tT" : "tn");
            case DESCRIBE_PORTAL -> answer(message, random.nextBoolean() ? "T" : "n");
            case CLOSE -> answer(message, "3");
            case EXECUTE, QUERY -> {
                statements = message.statements().iterator();
                if (message.statements().isEmpty()) {
                    say(message, "I");
                }
                run(message);
            }
            case FUNCTION_CALL -> {
                say(message, "V");
                endQuery(message, implicit || carried);
            }
            case SYNC -> sync(message);
            default -> throw new IllegalStateException(message.toString());
        }
    }

    private void answer(ClientMessage message, String tags) {
        say(message, tags);
        fate(message, "succeeded");
    }

    private void run(ClientMessage message) {
        boolean ended = message.statements().size() > 1;
        while (statements.hasNext()) {
            Statement statement = statements.next();
            notice(message);
            if (message.is(Request.QUERY) && statement == Statement.ROWS) {
                say(message, "T");
            }
            switch (statement) {
                case ROWS -> say(message, "D".repeat(random.nextInt(3)) + "C");
                case SUSPENDED -> say(message, "Ds");
                case COPY_OUT -> say(message, "HddcC");
                case COPY_IN -> {
                    say(message, "G");
                    copying = message;
                    copyFrom = read;
                    return;
                }
                case BEGIN, COMMIT -> {
                    say(message, "C");
                    boolean begin = statement == Statement.BEGIN;
                    transaction = begin ? Transaction.BLOCK : Transaction.NONE;
                    ended = true;
                }
                default -> {
                    if (statement == Statement.FAILURE_AFTER_ROWS) {
                        say(message, "DD");
                    } else if (statement == Statement.FAILURE_IN_COPY_OUT) {
                        say(message, "Hdd");
                    }
                    fail(message, 0);
                    return;
                }
            }
        }
        boolean open = transaction == Transaction.NONE && !ended;
        if (message.is(Request.QUERY)) {
            endQuery(message, open && (implicit || carried));
        } else {
            implicit = open;
            carried &= open;
            fate(message, "succeeded");
        }
    }

    private void readCopy(ClientMessage running, ClientMessage message) {
        if (message.is(Request.SYNC)) {
            fate(message, "skipped");
        } else if (message.fails()) { // bad data, or CopyFail
            copying = null;
            fail(running, copyFrom);
        } else if (message.is(Request.COPY_END)) {
            copying = null;
            say(running, "C");
            run(running);
        } else if (message.request() != null) {
            throw new IllegalStateException("a COPY must not get " + message);
        }
    }

    private void endQuery(ClientMessage message, boolean goesOn) {
        carried = goesOn && transaction == Transaction.NONE;
        mixed |= started;
        finish();
        fate(message, "succeeded");
        ready(message);
    }

    private void sync(ClientMessage message) {
        adrift |= carried && !started && transaction == Transaction.NONE;
        carried = false;
        mixed = false;
        finish();
        fate(message, "succeeded");
        ready(message);
    }

    private void finish() {
        started = false;
        implicit = false;
        batch = false;
    }

    private void fail(ClientMessage message, int from) {
        output.add(new Answer('E', ' ', message.id(), from, false));
        fate(message, "failed");
        carried = false;
        adrift = false;
        if (transaction == Transaction.BLOCK) {
            transaction = Transaction.FAILED;
        }
        if (message.isExtended()) {
            skipping = true;
            started = false;
            implicit = false;
        } else {
            finish();
            ready(message);
        }
    }

    private void ready(ClientMessage message) {
        asynchronous();
        char status =
                switch (transaction) {
                    case NONE -> carried ? 'T' : 'I';
                    case BLOCK -> 'T';
                    case FAILED -> 'E';
                };
        output.add(new Answer('Z', status, message.id(), 0, adrift));
    }

    private void say(ClientMessage message, String tags) {
        for (int i = 0; i < tags.length(); i++) {
            output.add(new Answer(tags.charAt(i), ' ', message.id(), 0, false));
        }
    }

    private void notice(ClientMessage message) {
        if (random.nextInt(16) == 0 && !fates.containsKey(message.id())) {
            say(message, "N");
        }
    }

    private void asynchronous() {
        if (random.nextInt(32) == 0) {
            output.add(new Answer(random.nextBoolean() ? 'S' : 'A', ' ', NOBODY, 0, false));
        }
    }

    private void fate(ClientMessage message, String fate) {
        if (message.request() != null && !message.is(Request.COPY_END)) {
            String before = fates.put(message.id(), fate);
            if (before != null) {
                throw new IllegalStateException(message + " was " + before + ", then " + fate);
            }
        }
    }
}
