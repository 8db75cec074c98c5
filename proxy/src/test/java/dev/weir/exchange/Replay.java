package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.protocol.CommandTag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs a transcript through a ledger.
 *
 * <p>After every line: while the client has yet to read answers to what it has sent so far, the
 * ledger must know that something is owed. At every {@code =} line it must agree with the server.
 */
final class Replay {
    private final Transcript transcript;
    private final Ledger ledger = new Ledger();
    private final List<String> effects = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final @Nullable NotedEnds ends;
    private int line;
    private boolean ended;

    /** Replays it; with {@code ends}, what an observer is told must agree with the effects. */
    Replay(Transcript transcript, @Nullable NotedEnds ends) {
        this.transcript = transcript;
        this.ends = ends;
        if (ends != null) {
            ledger.observe(ends);
        }
    }

    void run() {
        for (; line < transcript.lines().size(); line++) {
            String text = transcript.lines().get(line);
            switch (text.isEmpty() ? '#' : text.charAt(0)) {
                case '>' -> send(text);
                case '<' -> receive(text.substring(2));
                case '=' -> compare(text.substring(2));
                case '!' ->
                        assertThat(flags())
                                .as(where())
                                .isEqualTo(new TreeSet<>(Transcript.words(text)));
                default -> {} // comments, setup, wait
            }
            assertOwesWhatIsStillRead();
        }
        assertEveryEffectWasCalledOnce();
        if (ends != null) {
            ledger.lost(null);
            ends.assertAgreement(transcript.name(), sent, effects, requests);
        }
    }

    private void send(String text) {
        for (Frame frame : Transcript.frames(text)) {
            Request request = frame.request();
            if (request == Request.COPY_END) {
                ledger.sent(request);
            } else if (request != null) {
                String name = sent.size() + ":" + frame.text();
                sent.add(name);
                requests.add(request);
                ledger.sent(request, 0, new NotedEffect(name, effects));
            }
        }
    }

    private void receive(String message) {
        byte tag = (byte) message.charAt(0);
        ledger.answered(message.length(), tag == 'C' ? rows(message) : 0);
        if (message.startsWith("EOF")) {
            ended = true;
        } else if (tag == 'Z') {
            assertThat(ledger.receivedReady((byte) message.charAt(2)))
                    .as(where())
                    .isEqualTo(Verdict.FORWARD);
        } else if (tag != 'E') {
            assertThat(ledger.received(tag)).as(where()).isEqualTo(Verdict.FORWARD);
        } else if (message.startsWith("E ERROR")) {
            assertThat(ledger.receivedError(message.substring(8)))
                    .as(where())
                    .isEqualTo(Verdict.FORWARD);
        }
    }

    private static long rows(String message) {
        ByteBuf tag = Unpooled.copiedBuffer(message.substring(2), StandardCharsets.US_ASCII);
        return CommandTag.rows(tag, 0, tag.writerIndex());
    }

    private void compare(String state) {
        if (state.equals("gone")) {
            assertThat(ended).isTrue();
            return;
        }
        boolean carried = state.equals("transaction") && flags().contains("batch");
        boolean quiet = !state.equals("busy") && !ledger.isUncertain() && !carried;
        assertThat(ledger.isQuiet()).as(where()).isEqualTo(quiet);
        assertThat(ledger.isIdle()).as(where()).isEqualTo(quiet && state.equals("idle"));
        if (quiet) {
            assertThat(ledger.transactionStatus())
                    .as(where())
                    .isEqualTo(
                            (byte)
                                    switch (state) {
                                        case "idle" -> 'I';
                                        case "transaction" -> 'T';
                                        case "failed" -> 'E';
                                        default -> throw new IllegalArgumentException(state);
                                    });
            assertThat(ledger.readyOwed()).as(where()).isZero();
            assertThat(ledger.outstanding()).as(where()).isZero();
        }
    }

    private Set<String> flags() {
        Set<String> flags = new TreeSet<>();
        if (ledger.isBatchOpen()) {
            flags.add("batch");
        }
        if (ledger.isSkipping()) {
            flags.add("skipping");
        }
        if (ledger.awaitsCopyData()) {
            flags.add("copying");
        }
        if (ledger.isUncertain()) {
            flags.add("uncertain");
        }
        return flags.isEmpty() ? Set.of("none") : flags;
    }

    private void assertOwesWhatIsStillRead() {
        if (ledger.isUncertain() || ended) {
            return;
        }
        int ready = 0;
        int answers = 0;
        for (int i = line + 1; i < transcript.lines().size(); i++) {
            String next = transcript.lines().get(i);
            if (next.startsWith(">") || next.contains("FATAL")) {
                break;
            }
            ready += next.startsWith("< Z") ? 1 : 0;
            answers += next.matches("< ([123nZ]|C .*)") ? 1 : 0;
        }
        assertThat(ledger.readyOwed()).as(where()).isGreaterThanOrEqualTo(ready);
        if (answers > 0) {
            assertThat(ledger.outstanding()).as(where()).isPositive();
            assertThat(ledger.isQuiet()).as(where()).isFalse();
        }
    }

    private void assertEveryEffectWasCalledOnce() {
        if (ended || ledger.isUncertain()) {
            return;
        }
        List<String> called = new ArrayList<>();
        for (String effect : effects) {
            called.add(effect.substring(0, effect.lastIndexOf(' ')));
        }
        Collections.sort(called);
        List<String> expected = new ArrayList<>(sent);
        Collections.sort(expected);
        assertThat(called).as(transcript.name()).isEqualTo(expected);
    }

    private String where() {
        return transcript.name() + " line " + (line + 1) + ": " + transcript.lines().get(line);
    }
}
