package dev.weir.exchange;

import dev.weir.exchange.ServerModel.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One random conversation of a client with the {@link ServerModel}, watched by a ledger. */
final class ModelRun {
    private final SplittableRandom random;
    private final List<ClientMessage> script;
    private final ServerModel server;
    private final Ledger ledger = new Ledger();
    private final List<String> trace = new ArrayList<>();
    private final @Nullable CountedEffect[] effects;
    private final List<Integer> told = new ArrayList<>();
    private int sent;
    private boolean uncertain;
    private @Nullable NotedEnds ends;

    ModelRun(SplittableRandom random) {
        this.random = random;
        script = Conversations.next(random);
        server = new ServerModel(random);
        effects = new CountedEffect[script.size()];
    }

    /** Lets an observer count the ends of the client's requests. */
    ModelRun observed() {
        ends = new NotedEnds();
        ledger.observe(ends);
        return this;
    }

    /** The client sends, the server reads and the answers arrive, in any order that TCP allows. */
    void run() {
        int eagerness = 1 + random.nextInt(8);
        while (!uncertain && !isOver()) {
            switch (random.nextInt(2 + eagerness)) {
                case 0 -> send();
                case 1 -> read();
                default -> deliver();
            }
            if (random.nextInt(64) == 0) {
                trace.add("cancel");
                server.cancel();
            }
            check();
        }
        if (!uncertain) {
            checkEffects();
        }
        if (ends != null) {
            checkEnds(ends);
        }
    }

    boolean isUncertain() {
        return uncertain;
    }

    boolean isIdle() {
        return ledger.isIdle();
    }

    private boolean isOver() {
        return sent == script.size() && server.input.isEmpty() && server.output.isEmpty();
    }

    private void send() {
        int burst = 1 + random.nextInt(6);
        for (; burst > 0 && sent < script.size(); burst--) {
            ClientMessage message = script.get(sent++);
            trace.add("> " + message);
            server.input.add(message);
            Request request = message.request();
            if (request == Request.COPY_END) {
                ledger.sent(request);
            } else if (request != null) {
                CountedEffect effect = new CountedEffect(message.id(), told);
                effects[message.id()] = effect;
                ledger.sent(request, message.flags(), effect);
            }
        }
    }

    private void read() {
        int burst = 1 + random.nextInt(6);
        for (; burst > 0 && !server.input.isEmpty(); burst--) {
            server.step();
        }
    }

    private void deliver() {
        Answer answer = server.output.poll();
        if (answer == null) {
            return;
        }
        trace.add("< " + answer);
        if (answer.owner() != ServerModel.NOBODY) {
            require(
                    ends != null || ledger.headEffect() == effects[answer.owner()],
                    "another request is the head");
        }
        boolean lost =
                answer.adrift() || (answer.tag() == 'E' && hasSyncsInside(answer.copyFrom()));
        told.clear();
        Verdict verdict =
                switch (answer.tag()) {
                    case 'Z' -> ledger.receivedReady((byte) answer.status());
                    case 'E' -> ledger.receivedError("XX000");
                    default -> ledger.received((byte) answer.tag());
                };
        Verdict expected = answer.tag() == 'E' && lost ? Verdict.FORWARD : expected(answer);
        require(verdict == expected, "verdict: " + verdict + " (expected: " + expected + ")");
        require(answer.tag() != 'E' || isDescending(told), "effects of an error: " + told);
        uncertain |= lost;
    }

    private static boolean isDescending(List<Integer> ids) {
        for (int i = 1; i < ids.size(); i++) {
            if (ids.get(i) >= ids.get(i - 1)) {
                return false;
            }
        }
        return true;
    }

    private Verdict expected(Answer answer) {
        if (answer.owner() == ServerModel.NOBODY) {
            return Verdict.FORWARD;
        }
        int flags = script.get(answer.owner()).flags();
        boolean isPrivate = (flags & Ledger.PRIVATE) != 0;
        if (answer.tag() == 'E') {
            return isPrivate ? Verdict.SWALLOW : Verdict.FORWARD;
        }
        if (isPrivate || (flags & Ledger.SWALLOWED) != 0) {
            return Verdict.SWALLOW;
        } else if (answer.tag() == 'N') {
            return Verdict.FORWARD;
        }
        return (flags & Ledger.ANSWERS_PARSE) != 0 ? Verdict.AS_PARSE_COMPLETE : Verdict.FORWARD;
    }

    /**
     * Whether a Sync was sent since a COPY IN began that had read so many messages, and its end.
     */
    private boolean hasSyncsInside(int copyFrom) {
        if (copyFrom == 0) {
            return false;
        }
        for (int i = copyFrom; i < sent && !script.get(i).is(Request.COPY_END); i++) {
            if (script.get(i).is(Request.SYNC)) {
                return true;
            }
        }
        return false;
    }

    private void check() {
        require(ledger.isUncertain() == uncertain, "uncertain: " + ledger.isUncertain());
        if (uncertain) {
            return;
        }
        require(
                ledger.isQuiet() == server.isQuiet()
                        || (server.isAmbiguous() && ledger.isBatchOpen()),
                "quiet: " + ledger.isQuiet());
        require(ledger.isIdle() == server.isIdle(), "idle: " + ledger.isIdle());
        int ready = 0;
        for (Answer answer : server.output) {
            ready += answer.tag() == 'Z' ? 1 : 0;
        }
        require(ledger.readyOwed() >= ready, "ready owed: " + ledger.readyOwed());
        if (ledger.outstanding() == 0) {
            require(ledger.readyOwed() == 0, "ready owed: " + ledger.readyOwed());
        }
    }

    private void checkEffects() {
        for (ClientMessage message : script) {
            CountedEffect effect = effects[message.id()];
            if (effect != null) {
                String fate = server.fates.getOrDefault(message.id(), "nothing");
                require(
                        effect.fate.equals(fate),
                        message + " was: " + effect.fate + " (expected: " + fate + ")");
            }
        }
    }

    private void checkEnds(NotedEnds told) {
        ledger.lost(null);
        int own = 0;
        for (ClientMessage message : script.subList(0, sent)) {
            boolean isTold = message.request() != null && !message.is(Request.COPY_END);
            own += isTold && (message.flags() & (Ledger.SWALLOWED | Ledger.PRIVATE)) == 0 ? 1 : 0;
        }
        require(told.ends().size() == own, "told of " + told.ends() + " (expected: " + own + ")");
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    @Override
    public String toString() {
        return String.join("\n", trace);
    }

    /** Remembers what became of its request, and that it was told once only. */
    private static final class CountedEffect implements Effect {
        private final int id;
        private final List<Integer> told;
        private String fate = "nothing";

        CountedEffect(int id, List<Integer> told) {
            this.id = id;
            this.told = told;
        }

        @Override
        public void succeeded() {
            become("succeeded");
        }

        @Override
        public void failed() {
            become("failed");
        }

        @Override
        public void skipped() {
            become("skipped");
        }

        private void become(String next) {
            told.add(id);
            fate = fate.equals("nothing") ? next : fate + " and " + next;
        }
    }
}
