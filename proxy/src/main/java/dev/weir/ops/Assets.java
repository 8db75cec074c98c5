package dev.weir.ops;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** The files of the web console, which are stored next to this class. */
final class Assets {
    static final String PREFIX = "/web/";
    static final String PAGE = "index.html";

    /** The files that may be requested; no other is read. */
    static final List<String> NAMES =
            List.of(
                    "app.css",
                    "app.js",
                    "chart.js",
                    "cluster.js",
                    "config.js",
                    "dom.js",
                    "icon.svg",
                    "limits.js",
                    "live.js",
                    "now.js",
                    "sessions.js",
                    "statements.js",
                    "table.js");

    /**
     * The page runs and shows only files from this port: no script or style inside a document, and
     * no text that becomes one.
     */
    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; require-trusted-types-for 'script';"
                    + " trusted-types 'none'";

    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "svg", "image/svg+xml");

    private Assets() {}

    static Answer page() {
        return file(PAGE).with("cross-origin-opener-policy", "same-origin");
    }

    /** {@code GET /web/app.js}. */
    static Answer asset(Asked asked) {
        String name = asked.path().substring(PREFIX.length());
        return NAMES.contains(name)
                ? file(name)
                : Answer.error(
                        HttpResponseStatus.NOT_FOUND,
                        "no such file: " + name,
                        String.join(", ", NAMES));
    }

    private static Answer file(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        try (InputStream in = Assets.class.getResourceAsStream("web/" + name)) {
            if (in == null || type == null) {
                throw new IllegalStateException("not in the jar: web/" + name);
            }
            return new Answer(
                    HttpResponseStatus.OK,
                    type,
                    in.readAllBytes(),
                    Map.of("content-security-policy", POLICY));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
