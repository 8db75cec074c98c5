package dev.weir.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The values of the settings {@code otlp_…}, in the form of OpenTelemetry's variables.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">its specification</a>
 */
public final class OtlpText {
    static final String URL = "an http or https URL with neither user nor query";
    static final String PAIRS = "name=value,…, values percent-encoded";
    static final Duration SHORTEST = Duration.ofMillis(100);

    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~]*");

    /** Those that describe the connection, or the body. */
    private static final Set<String> OWN_HEADERS =
            Set.of(
                    "connection",
                    "content-encoding",
                    "content-length",
                    "content-type",
                    "expect",
                    "host",
                    "transfer-encoding",
                    "upgrade");

    private OtlpText() {}

    /** Whether this is the URL of a collector, or empty. A password would be seen in the log. */
    static boolean isUrl(String text) {
        if (text.isEmpty()) {
            return true;
        }
        try {
            URI url = new URI(text);
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            return (scheme.equals("http") || scheme.equals("https"))
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getQuery() == null
                    && url.getFragment() == null;
        } catch (URISyntaxException _) {
            return false;
        }
    }

    static boolean arePairs(String text) {
        try {
            pairs(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    static boolean areHeaders(String text) {
        return arePairs(text) && pairs(text).entrySet().stream().allMatch(OtlpText::isHeader);
    }

    private static boolean isHeader(Map.Entry<String, String> pair) {
        return HEADER.matcher(pair.getKey()).matches()
                && !OWN_HEADERS.contains(pair.getKey().toLowerCase(Locale.ROOT))
                && HEADER_VALUE.matcher(pair.getValue()).matches();
    }

    /**
     * Returns names and values, in their order.
     *
     * @throws IllegalArgumentException if the text does not have this form
     */
    public static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(",", -1)) {
            if (!pair.isBlank()) {
                int equals = pair.indexOf('=');
                String name = decoded(pair.substring(0, Math.max(equals, 0)));
                if (name.isEmpty()) {
                    throw new IllegalArgumentException("no name");
                }
                pairs.put(name, decoded(pair.substring(equals + 1)));
            }
        }
        return pairs;
    }

    /** In a URI, unlike in a form, a plus sign is one. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.strip().replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
