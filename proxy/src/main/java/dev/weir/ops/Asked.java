package dev.weir.ops;

import dev.weir.net.Origin;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request, read as a whole and independent of its connection. Immutable.
 *
 * @param method GET where the request was a HEAD
 * @param path decoded, without the query
 * @param query the parameters after the path, each with its values
 * @param headers by name, in lower case; the first of several with the same name
 * @param body as UTF-8
 * @param origin where the request comes from
 */
record Asked(
        HttpMethod method,
        String path,
        Map<String, List<String>> query,
        Map<String, String> headers,
        String body,
        Origin origin) {

    /** The value of a header, by its name in lower case; null if the request has none. */
    @Nullable String header(String name) {
        return headers.get(name);
    }
}
