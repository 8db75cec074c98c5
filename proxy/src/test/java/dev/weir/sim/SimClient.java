package dev.weir.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client: asks, checks that each answer is its own, thinks, and leaves or dies. */
final class SimClient extends Peer {
    private static final String[] VALUES = {"1MB", "2MB", "4MB", "8MB"};

    /** What is asked, and what its answer does to the client's own idea of its session. */
    private enum Kind {
        SELECT,
        READ,
        FAIL,
        SLOW,
        BEGIN,
        COMMIT,
        ROLLBACK,
        SET,
        SHOW,
        LISTEN,
        UNLISTEN,
        UPDATE,
        PARSE,
        BIND,
        DESCRIBE,
        CLOSE
    }

    /**
     * One thing that is answered.
     *
     * @param token what its row begins with
     * @param value what its row holds besides, or what it sets
     */
    private record Ask(Kind kind, String token, String value) {}

    /** What one ReadyForQuery ends. */
    private static final class Turn {
        private final int number;
        private final List<Ask> asks = new ArrayList<>();
        private int at;
        private boolean failed;

        Turn(int number) {
            this.number = number;
        }
    }

    private final ArrayDeque<Turn> turns = new ArrayDeque<>();
    private final List<String> names = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>();
    private Map<String, String> settings = new TreeMap<>();
    private @Nullable Map<String, String> settingsBefore;
    private char status = 'I';

    /** When the transaction that is open began. */
    private long blockNanos;

    private int asked;
    private int turnsLeft;
    private int written;
    private int pending;
    private int committed;

    /** What it has written in the transaction that is open. */
    private final List<Integer> open = new ArrayList<>();

    private int cancels;
    private int canceled;
    private int cancelsOpen;
    private int turnsAsked;

    /** No turn behind this one can be hit by a cancel that is over. */
    private int lastCancelable;

    private boolean isWelcome;
    private boolean isListening;

    /** It has said its last words, and hears the answers. */
    private boolean isLeaving;

    /** All of its last words are to be answered. */
    private boolean isOwedAll;

    private int processId;
    private byte[] secret = {};

    SimClient(World world, Map<String, String> startup) {
        super(world, world.nextPeer());
        settings.putAll(startup);
        turnsLeft = world.dice().oneIn(3) ? world.dice().below(5) : world.dice().below(200);
    }

    @Override
    public String toString() {
        return "client#" + number();
    }

    @Override
    String state() {
        if (!isWelcome) {
            return "client that is let in";
        } else if (isGone() || isLeaving) {
            return "client that leaves";
        } else if (!turns.isEmpty()) {
            return status == 'I' ? "client that asks" : "client that asks in a block";
        }
        return status == 'I' ? "idle client" : "client in a block";
    }

    int processId() {
        return processId;
    }

    byte[] secret() {
        return secret;
    }

    boolean mayCancel() {
        return isWelcome && !turns.isEmpty();
    }

    /** A cancel of what it asked is sent. */
    void cancels() {
        cancels++;
        cancelsOpen++;
    }

    /** It was told that a cancel is over. */
    void cancelIsOver() {
        cancelsOpen--;
        lastCancelable = turnsAsked;
    }

    /** It is to end when it can. */
    void hurry() {
        turnsLeft = 0;
        if (isWelcome && turns.isEmpty()) {
            next();
        }
    }

    @Override
    void ended() {
        if (isOwedAll && !turns.isEmpty()) {
            wrong("got no answer to its last words: " + turns.getFirst().asks);
        }
        vanish();
    }

    /** What it was told is rolled back must never be there. */
    private void lost(Turn turn, boolean isInDoubt) {
        if (!isInDoubt) {
            for (Ask ask : turn.asks) {
                if (ask.kind == Kind.UPDATE) {
                    open.add(Integer.parseInt(ask.value));
                }
            }
            open.forEach(value -> world.cluster().toldRolledBack(number(), value));
        }
        open.clear();
        turn.failed = true;
    }

    @Override
    void gone() {
        world.left(this);
    }

    private void wrong(String what) {
        world.fails("client " + number() + ": " + what);
    }

    // --- asking -------------------------------------------------------------------------------

    private Dice dice() {
        return world.dice();
    }

    private String token() {
        return "c" + number() + "." + ++asked;
    }

    /** Decides what to do now that all is answered. */
    private void think() {
        int micros =
                switch (dice().below(8)) {
                    case 0, 1, 2 -> 0;
                    case 3, 4, 5 -> dice().below(3_000);
                    case 6 -> dice().below(50_000);
                    default -> dice().below(world.thinkMillisMax() * 1_000 + 1);
                };
        if (micros == 0) {
            next();
        } else {
            world.schedule().after(micros * 1_000L, this::next);
        }
    }

    private void next() {
        if (isGone() || isLeaving || !turns.isEmpty()) {
            return;
        }
        if (world.faults() && dice().oneIn(400)) {
            die();
            return;
        }
        if (turnsLeft-- <= 0 && (status == 'I' || dice().nextBoolean())) {
            if (dice().nextBoolean()) {
                sayLast();
            } else {
                end(begin('X'));
                send();
                leave();
            }
            return;
        }
        int count = dice().oneIn(6) ? dice().between(2, 3) : 1;
        while (count-- > 0) {
            if (dice().percent(world.extendedPercent())) {
                extended();
            } else {
                simple();
            }
        }
        if (world.faults() && dice().oneIn(300)) {
            sendPartly();
            return;
        }
        send();
        if (dice().oneIn(60)) {
            deaf(true);
            world.schedule().afterMillis(dice().below(40), () -> deaf(false));
        }
    }

    /** Asks something, and says Terminate or FIN, or both; perhaps it listens on. */
    private void sayLast() {
        isLeaving = true;
        isOwedAll = status == 'T' && world.isCalm();
        int count = dice().below(3);
        while (count-- > 0) {
            if (dice().percent(world.extendedPercent())) {
                extended();
            } else {
                simple();
            }
        }
        if (dice().oneIn(4)) {
            isOwedAll = false;
            var unended = new Turn(++turnsAsked);
            one(unended);
            turns.add(unended);
        }
        boolean isTerminate = dice().nextBoolean();
        if (isTerminate) {
            end(begin('X'));
        }
        send();
        if (!isTerminate || dice().nextBoolean()) {
            endOutput();
        }
        if (dice().oneIn(4)) {
            leave();
        } else if (dice().oneIn(4)) {
            deaf(true);
            world.schedule().afterMillis(dice().below(200), () -> deaf(false));
        }
    }

    private void die() {
        if (dice().nextBoolean()) {
            simple();
            sendPartly();
        } else {
            vanish();
        }
    }

    /** What transaction commands it may send now, or else a statement. */
    private Ask chosen(boolean mayBegin) {
        boolean transactions = world.hasTransactions() && mayBegin;
        boolean isOpen = turns.isEmpty() ? status != 'I' : lastStatus() != 'I';
        int chance = dice().below(100);
        if (isOpen && transactions && chance < 40) {
            return new Ask(chance < 28 ? Kind.COMMIT : Kind.ROLLBACK, "", "");
        } else if (!isOpen && transactions && chance < 20) {
            return new Ask(Kind.BEGIN, "", "");
        }
        chance = dice().below(100);
        if (chance < 4) {
            return new Ask(Kind.FAIL, token(), "");
        } else if (chance < 8) {
            return new Ask(Kind.SLOW, token(), "");
        } else if (chance < 13) {
            String name = dice().oneIn(3) ? "application_name" : "work_mem";
            return new Ask(Kind.SET, name, VALUES[dice().below(VALUES.length)]);
        } else if (chance < 22) {
            return new Ask(Kind.SHOW, dice().oneIn(3) ? "application_name" : "work_mem", "");
        } else if (chance < 23 && world.mayListen()) {
            return new Ask(isListening ? Kind.UNLISTEN : Kind.LISTEN, "", "");
        } else if (chance < 33) {
            return new Ask(Kind.UPDATE, token(), Integer.toString(++written));
        } else if (chance < 48) {
            return new Ask(Kind.READ, token(), "");
        }
        return new Ask(Kind.SELECT, token(), "");
    }

    /** The status after what was asked so far, if nothing of it fails. */
    private char lastStatus() {
        char last = status;
        for (Turn turn : turns) {
            for (Ask ask : turn.asks) {
                last =
                        switch (ask.kind) {
                            case BEGIN -> 'T';
                            case COMMIT, ROLLBACK -> 'I';
                            default -> last;
                        };
            }
        }
        return last;
    }

    private String text(Ask ask) {
        return switch (ask.kind) {
            case SELECT ->
                    dice().oneIn(50)
                            ? "SELECT '"
                                    + ask.token
                                    + "', repeat('x', "
                                    + dice().below(30_000)
                                    + ")"
                            : "SELECT '" + ask.token + "'";
            case READ -> "SELECT '" + ask.token + "' FROM t WHERE c = " + number();
            case FAIL -> "SELECT '" + ask.token + "', 1/0";
            case SLOW -> "SELECT '" + ask.token + "', pg_sleep(" + dice().below(60) + ")";
            case BEGIN -> "BEGIN";
            case COMMIT -> "COMMIT";
            case ROLLBACK -> "ROLLBACK";
            case SET -> "SET " + ask.token + " = '" + ask.value + "'";
            case SHOW -> "SHOW " + ask.token;
            case LISTEN -> "LISTEN news";
            case UNLISTEN -> "UNLISTEN *";
            case UPDATE ->
                    "UPDATE t SET v = "
                            + ask.value
                            + " WHERE c = "
                            + number()
                            + " /* '"
                            + ask.token
                            + "' */";
            default -> throw new AssertionError(ask);
        };
    }

    private void simple() {
        var turn = new Turn(++turnsAsked);
        int count = dice().oneIn(8) ? 2 : 1;
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Ask ask = chosen(count == 1);
            turn.asks.add(ask);
            text.append(i > 0 ? "; " : "").append(text(ask));
        }
        if (dice().oneIn(200)) {
            text.append(" /*").append("x".repeat(dice().below(90_000))).append("*/");
        }
        int begun = begin('Q');
        putString(text.toString());
        end(begun);
        turns.add(turn);
    }

    private void extended() {
        var turn = new Turn(++turnsAsked);
        int count = dice().oneIn(6) ? 2 : 1;
        for (int i = 0; i < count; i++) {
            one(turn);
        }
        end(begin('S'));
        turns.add(turn);
    }

    private void one(Turn turn) {
        int chance = dice().below(10);
        Ask ask = chosen(turn.asks.isEmpty() && chance < 8);
        if (ask.kind == Kind.SELECT && chance < 6) {
            named(turn, ask);
            return;
        }
        parse(turn, "", text(ask));
        bind(turn, "", "");
        boolean returnsRows =
                switch (ask.kind) {
                    case SELECT, READ, SHOW, FAIL, SLOW -> true;
                    default -> false;
                };
        if (returnsRows && dice().nextBoolean()) {
            describe(turn);
        }
        execute(turn, ask);
    }

    /** A named statement, or the unnamed one, with a parameter. */
    private void named(Turn turn, Ask ask) {
        String name;
        if (names.isEmpty() || dice().oneIn(5) && names.size() < 5) {
            name = dice().oneIn(4) ? "" : "s" + asked;
            boolean isShared = dice().nextBoolean();
            String tag = isShared ? "shared" + dice().below(3) : "own" + number() + "." + asked;
            parse(turn, name, "SELECT '" + tag + "', $1");
            texts.put(name, tag);
        } else {
            name = names.get(dice().below(names.size()));
            if (dice().oneIn(10)) {
                names.remove(name);
                int begun = begin('C');
                put('S');
                putString(name);
                end(begun);
                turn.asks.add(new Ask(Kind.CLOSE, "", ""));
                parse(turn, "", "SELECT '" + texts.get(name) + "', $1");
                texts.put("", texts.get(name));
                name = "";
            }
        }
        bind(turn, name, ask.token);
        if (dice().nextBoolean()) {
            describe(turn);
        }
        execute(turn, new Ask(Kind.SELECT, texts.getOrDefault(name, "?"), ask.token));
    }

    private void parse(Turn turn, String name, String text) {
        int begun = begin('P');
        putString(name);
        putString(text);
        putShort(0);
        end(begun);
        turn.asks.add(new Ask(Kind.PARSE, name, ""));
    }

    private void bind(Turn turn, String name, String parameter) {
        int begun = begin('B');
        putString("");
        putString(name);
        putShort(0);
        putShort(parameter.isEmpty() ? 0 : 1);
        if (!parameter.isEmpty()) {
            putInt(parameter.length());
            putText(parameter);
        }
        putShort(0);
        end(begun);
        turn.asks.add(new Ask(Kind.BIND, "", ""));
    }

    private void describe(Turn turn) {
        int begun = begin('D');
        put('P');
        putString("");
        end(begun);
        turn.asks.add(new Ask(Kind.DESCRIBE, "", ""));
    }

    private void execute(Turn turn, Ask ask) {
        int begun = begin('E');
        putString("");
        putInt(0);
        end(begun);
        turn.asks.add(ask);
    }

    // --- answers ------------------------------------------------------------------------------

    @Override
    void message(Pipe in, int bytes) {
        char tag = (char) in.byteAt(0);
        in.skip(5);
        byte[] body = in.take(bytes - 5);
        switch (tag) {
            case 'S', 'N', 'A', 'n' -> {}
            case 'K' -> {
                processId = integer(body, 0);
                secret = java.util.Arrays.copyOfRange(body, 4, body.length);
            }
            case 'T' -> described();
            case 'D' -> row(body);
            case 'C' -> complete(text(body, 0, body.length - 1));
            case '1' -> parsed();
            case '2' -> done(Kind.BIND);
            case '3' -> done(Kind.CLOSE);
            case 'E' -> error(body);
            case 'Z' -> ready((char) body[0]);
            default -> wrong("got a message " + tag);
        }
    }

    private static int integer(byte[] body, int at) {
        return (body[at] & 0xff) << 24
                | (body[at + 1] & 0xff) << 16
                | (body[at + 2] & 0xff) << 8
                | body[at + 3] & 0xff;
    }

    /** What the next answer belongs to; null if none is due. */
    private @Nullable Ask due() {
        Turn turn = turns.peek();
        return turn == null || turn.failed || turn.at >= turn.asks.size()
                ? null
                : turn.asks.get(turn.at);
    }

    private void done(Kind kind) {
        Ask ask = due();
        if (ask == null || ask.kind != kind) {
            wrong("got an answer to " + kind + " (expected: one to " + ask + ")");
        } else {
            turns.getFirst().at++;
        }
    }

    private void parsed() {
        Ask ask = due();
        done(Kind.PARSE);
        if (ask != null && !ask.token.isEmpty()) {
            names.add(ask.token);
        }
    }

    private void described() {
        Ask ask = due();
        if (ask == null) {
            wrong("got a RowDescription that is not its own");
        } else if (ask.kind == Kind.DESCRIBE) {
            turns.getFirst().at++;
        }
    }

    private void row(byte[] body) {
        Ask ask = due();
        int length = integer(body, 2);
        String first = text(body, 6, 6 + length);
        String second = "";
        if (body[1] > 1) {
            int size = integer(body, 6 + length);
            second = text(body, 10 + length, 10 + length + size);
        }
        boolean isMine =
                ask != null
                        && switch (ask.kind) {
                            case SELECT, SLOW, FAIL ->
                                    first.equals(ask.token)
                                            && (second.equals(ask.value) || second.startsWith("x"));
                            case READ -> first.equals(ask.token) && isCurrent(second);
                            case SHOW -> first.equals(settings.getOrDefault(ask.token, "default"));
                            default -> false;
                        };
        if (!isMine) {
            wrong(
                    "got the row "
                            + first
                            + ", "
                            + second
                            + " (expected: an answer to "
                            + ask
                            + ", settings "
                            + settings
                            + ", committed "
                            + committed
                            + ")");
        }
    }

    /** Whether a value that was read is none that was overwritten before. */
    private boolean isCurrent(String value) {
        int number = Integer.parseInt(value);
        return number <= written && number >= committed;
    }

    /** A failover has lost what was not replicated. */
    void knows(int value) {
        committed = Math.min(committed, value);
    }

    private void complete(String tag) {
        Ask ask = due();
        if (ask == null) {
            wrong("got the end of something that is not its own: " + tag);
            return;
        }
        boolean isMine =
                tag.startsWith(
                        switch (ask.kind) {
                            case SELECT, READ, SLOW -> "SELECT";
                            case COMMIT -> status == 'E' ? "ROLLBACK" : "COMMIT";
                            default -> ask.kind.name();
                        });
        if (!isMine) {
            wrong("got the end of " + tag + " (expected: of " + ask + ")");
            return;
        }
        turns.getFirst().at++;
        if (settingsBefore == null) {
            settingsBefore = new TreeMap<>(settings);
        }
        switch (ask.kind) {
            case BEGIN -> status = 'T';
            case COMMIT -> {
                if (status == 'E') {
                    rollBack();
                } else {
                    commit();
                }
                status = 'I';
            }
            case ROLLBACK -> {
                rollBack();
                status = 'I';
            }
            case SET -> settings.put(ask.token, ask.value);
            case UPDATE -> {
                pending = Integer.parseInt(ask.value);
                open.add(pending);
            }
            case LISTEN -> isListening = true;
            case UNLISTEN -> isListening = false;
            default -> {}
        }
    }

    private void commit() {
        settingsBefore = null;
        open.forEach(value -> world.cluster().toldCommitted(number(), value));
        open.clear();
        // a failover may have lost it while its answer was under way: then nobody owes it
        committed = Math.max(committed, Math.min(pending, world.cluster().value(number())));
        pending = 0;
    }

    private void rollBack() {
        if (settingsBefore != null) {
            settings = settingsBefore;
            settingsBefore = null;
        }
        pending = 0;
        open.clear();
    }

    private void error(byte[] body) {
        String severity = "";
        String state = "";
        String text = "";
        for (int at = 0; body[at] != 0; at = zero(body, at) + 1) {
            String value = text(body, at + 1, zero(body, at));
            switch (body[at]) {
                case 'S' -> severity = value;
                case 'C' -> state = value;
                case 'M' -> text = value;
                default -> {}
            }
        }
        world.saw(severity, state, text);
        if (!severity.equals("ERROR")) {
            boolean isAbsence = state.equals("57P03") || text.startsWith("connection to server");
            if (isAbsence && world.rules().nodes() == 1) {
                wrong("did not wait for a server that is away: " + state + " " + text);
            }
            isOwedAll = false;
            return;
        }
        Turn turn = turns.peek();
        if (turn != null && !turn.failed && (state.equals("40001") || state.equals("08007"))) {
            lost(turn, state.equals("08007"));
            return;
        }
        Ask ask = due();
        if (turn == null || ask == null) {
            wrong("got an error for nothing: " + state + " " + text);
            return;
        }
        boolean isMine =
                switch (state) {
                    case "22012" -> ask.kind == Kind.FAIL && text.endsWith(": " + ask.token);
                    case "25P02" -> status == 'E';
                    case "57014" ->
                            text.endsWith("timeout")
                                    || ++canceled <= cancels
                                            && (cancelsOpen > 0 || turn.number <= lastCancelable);
                    case "53200" -> world.refused().areOfMemory();
                    case "53300" -> turn.asks.stream().anyMatch(one -> one.kind == Kind.LISTEN);
                    case "25006" ->
                            world.cluster()
                                    .mayMistakeThePrimary(status == 'I' ? nanoTime() : blockNanos);
                    default -> false;
                };
        if (!isMine) {
            wrong("got the error " + state + " " + text + " for " + ask + " in " + status);
        }
        turn.failed = true;
    }

    private long nanoTime() {
        return world.schedule().nanoTime();
    }

    private void ready(char now) {
        if (!isWelcome) {
            isWelcome = true;
            think();
            return;
        }
        Turn turn = turns.poll();
        if (turn == null) {
            wrong("got a ReadyForQuery for nothing");
            return;
        }
        if (turn.failed) {
            if (status == 'I' || now == 'I') {
                rollBack();
            } else {
                status = 'E';
            }
        } else if (turn.at < turn.asks.size()) {
            wrong("got no answer to " + turn.asks.get(turn.at));
        }
        if (status == 'I') {
            commit();
        }
        if (now != status && !turn.failed) {
            wrong("is told to be in " + now + " (expected: " + status + ")");
        }
        if (status == 'I') {
            blockNanos = nanoTime();
        }
        status = now;
        if (turns.isEmpty()) {
            think();
        }
    }
}
