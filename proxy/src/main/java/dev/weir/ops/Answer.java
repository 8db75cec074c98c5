package dev.weir.ops;

import dev.weir.log.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer, complete. Immutable; the body is not to be changed.
 *
 * @param type the media type of the body
 * @param headers beside those that every answer has
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record Answer(HttpResponseStatus status, String type, byte[] body, Map<String, String> headers) {

    private static final String JSON = "application/json";

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
        return new Answer(status, type, body, Map.of(name, value));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
