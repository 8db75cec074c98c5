package dev.weir.differential;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One holding of a {@link Conversation} with one server, and what was heard in it.
 *
 * <p>It goes {@linkplain #step line by line}, so that several can be interleaved.
 */
final class Performance {
    /** So long one waits for what PostgreSQL says at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int LINE_LENGTH_MAX = 300;

    /** The one error in which PostgreSQL names a statement as Weir called it. */
    private static final Pattern SERVER_NAME =
            Pattern.compile("prepared statement \"[^\"]*\" requires");

    private final Conversation conversation;
    private final Function<Map<String, String>, WireClient> door;
    private final String schema;
    private final Map<Character, Voice> voices = new TreeMap<>();
    private final List<String> heard = new ArrayList<>();
    private int next;

    /** One client: its connection and what it has said but not sent. */
    private static final class Voice {
        private final WireClient client;
        private ByteArrayOutputStream unsent = new ByteArrayOutputStream();
        private boolean gone;
        private boolean answered = true;
        private char status = 'I';

        Voice(WireClient client) {
            this.client = client;
        }
    }

    Performance(
            Conversation conversation,
            String schema,
            Function<Map<String, String>, WireClient> door) {
        this.conversation = conversation;
        this.schema = schema;
        this.door = door;
    }

    /** Holds all of it; returns what was heard. */
    List<String> perform() {
        while (!isOver()) {
            step();
        }
        return close();
    }

    boolean isOver() {
        return next == conversation.lines().size();
    }

    /** Whether everyone has had all answers and is in no transaction. */
    boolean isAtRest() {
        return voices.values().stream()
                .allMatch(v -> v.gone || v.answered && v.status == 'I' && v.unsent.size() == 0);
    }

    void step() {
        Conversation.Line line = conversation.lines().get(next++);
        if (line.verb().equals("startup")) {
            voices.put(
                    line.client(),
                    new Voice(door.apply(startup(Phrase.expand(line.rest(), schema)))));
            return;
        }
        Voice voice = voices.computeIfAbsent(line.client(), c -> new Voice(door.apply(Map.of())));
        switch (line.verb()) {
            case ">" -> listen(line.client(), voice, line.rest());
            case "bye" -> {
                send(voice, Wire.terminate());
                voice.client.close();
                voice.gone = true;
            }
            case "reset" -> {
                send(voice, new byte[0]);
                voice.client.reset();
                voice.gone = true;
            }
            default -> {
                voice.unsent.writeBytes(Phrase.bytes(line, schema));
                voice.answered = false;
            }
        }
    }

    private static Map<String, String> startup(String text) {
        Map<String, String> startup = new HashMap<>();
        for (String pair : text.split(" ; ", -1)) {
            int equal = pair.indexOf('=');
            startup.put(pair.substring(0, equal).strip(), pair.substring(equal + 1));
        }
        return startup;
    }

    private static void send(Voice voice, byte[] more) {
        byte[] unsent = voice.unsent.toByteArray();
        voice.unsent = new ByteArrayOutputStream();
        try {
            voice.client.send(unsent, more);
        } catch (UncheckedIOException closed) {
            voice.answered = true; // what the peer said before it closed is still to be heard
        }
    }

    private void listen(char who, Voice voice, String tags) {
        send(voice, new byte[0]);
        if (tags.equals("end")) {
            while (hear(who, voice) != null) {}
            voice.gone = true;
            return;
        }
        for (int i = 0; i < tags.length(); i++) {
            Message message;
            do {
                message = hear(who, voice);
            } while (message != null && message.tag() != tags.charAt(i));
        }
        voice.answered = tags.endsWith("Z") || tags.endsWith("A");
    }

    private @Nullable Message hear(char who, Voice voice) {
        Message message;
        try {
            message = voice.client.tryRead(PATIENCE);
        } catch (UncheckedIOException end) {
            heard.add(who + ": (end)");
            return null;
        }
        if (message == null) {
            heard.add(who + ": (nothing)");
            return null;
        }
        if (message.tag() == 'Z') {
            voice.status = message.status();
        }
        if (message.tag() != 'S') {
            heard.add(who + ": " + line(message) + origin(message, voice));
        } else if (!conversation.has(Conversation.Trait.RESETS)) {
            addSorted(who + ": " + line(message));
        }
        return message;
    }

    /**
     * Among ParameterStatus messages the order depends on the order in which they were set first.
     */
    private void addSorted(String status) {
        int at = heard.size();
        while (at > 0
                && heard.get(at - 1).startsWith(status.substring(0, 5))
                && name(heard.get(at - 1)).compareTo(name(status)) > 0) {
            at--;
        }
        heard.add(at, status);
    }

    private static String name(String status) {
        return status.substring(0, status.indexOf('='));
    }

    /** Who has notified: a client must be able to tell its own. */
    private static String origin(Message message, Voice voice) {
        if (message.tag() != 'A') {
            return "";
        }
        int processId = ByteBuffer.wrap(message.body()).getInt();
        return processId == voice.client.processId() ? " (own)" : " (another's)";
    }

    private String line(Message message) {
        StringBuilder line = new StringBuilder(message.summary());
        if (message.tag() == 'E' || message.tag() == 'N') {
            Map<Character, String> fields = message.fields();
            for (Character field : List.of('S', 'P', 'D', 'H')) {
                if (fields.containsKey(field)) {
                    line.append(' ').append(field).append('=').append(fields.get(field));
                }
            }
        }
        String text =
                SERVER_NAME
                        .matcher(line.toString().replace(schema, "{d}"))
                        .replaceAll("prepared statement … requires");
        return text.length() <= LINE_LENGTH_MAX
                ? text
                : text.substring(0, 60) + "… " + text.length() + " chars, hash " + text.hashCode();
    }

    /** Lets everyone say Sync once more, so that a surplus message is heard, and leave. */
    List<String> close() {
        voices.forEach((who, voice) -> {
            if (!voice.gone) {
                voice.unsent.writeBytes(Wire.sync());
                listen(who, voice, "Z");
                voice.client.close();
            }
        });
        return heard;
    }
}
