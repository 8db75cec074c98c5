package dev.weir.ops;

import dev.weir.log.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer. Immutable; nobody may change the body.
 *
 * @param type the media type of the body
 * @param headers in addition to those of every answer
 * @param feed sends the rest, instead of a body; null if the answer is complete
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record Answer(
        HttpResponseStatus status,
        String type,
        byte[] body,
        Map<String, String> headers,
        @Nullable Feed feed) {

    private static final String JSON = "application/json";

    Answer(HttpResponseStatus status, String type, byte[] body, Map<String, String> headers) {
        this(status, type, body, headers, null);
    }

    /** An answer without an end: server-sent events. */
    static Answer events(Feed feed) {
        return new Answer(HttpResponseStatus.OK, "text/event-stream", new byte[0], Map.of(), feed);
    }

    /** An answer in JSON. */
    static Answer json(HttpResponseStatus status, Json body) {
        return new Answer(status, JSON, bytes(body + "\n"), Map.of());
    }

    /** A refusal in JSON: what is wrong, and what would be right. */
    static Answer error(HttpResponseStatus status, String what, String expected) {
        return json(status, Json.object().put("error", what).put("expected", expected));
    }

    /** The same answer with one more header. */
    Answer with(String name, String value) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(name, value);
        return new Answer(status, type, body, Map.copyOf(all), feed);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
