package dev.weir.cluster;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.weir.config.ServerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * The REST interfaces of the Patronis of one cluster. Methods block, so they need threads of their
 * own.
 *
 * @see <a href="https://patroni.readthedocs.io/en/latest/rest_api.html">Patroni's manual</a>
 */
public final class Patroni {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration QUESTION_MAX = Duration.ofSeconds(5);

    /** Patroni answers when the switchover is over, or after twice its loop_wait. */
    private static final Duration SWITCHOVER_MAX = Duration.ofSeconds(90);

    /** The longest answer that is read. */
    private static final long ANSWER_BYTES_MAX = 1_000_000;

    private static final BodyHandler<String> TEXT =
            BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES_MAX);

    private static final int OK = 200;
    private static final int OTHER = 300;
    private static final int UNAVAILABLE = 503;

    private final List<URI> urls;

    /**
     * @param urls of the nodes, tried in this order
     */
    Patroni(List<URI> urls) {
        this.urls = List.copyOf(urls);
    }

    /**
     * Requests a switchover. When this returns, it is done, or may be under way: only the nodes
     * know.
     *
     * @throws IOException if no Patroni can be reached, or if one refuses; then in its words
     */
    public void switchOver(ServerAddress from, ServerAddress to)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).build()) {
            IOException failure = new IOException("no Patroni is configured");
            for (URI url : urls) {
                String cluster;
                try {
                    cluster = get(client, url);
                } catch (IOException e) {
                    failure = new IOException("Patroni at " + shown(url) + ": " + reason(e), e);
                    continue;
                }
                post(client, url, member(cluster, from), member(cluster, to));
                return;
            }
            throw failure;
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Without a password. */
    private static String shown(URI url) {
        return url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    private static HttpRequest.Builder request(URI url, String path, Duration most) {
        String address = url.getScheme() + "://" + shown(url) + path;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address)).timeout(most);
        if (url.getUserInfo() != null) {
            byte[] user = url.getUserInfo().getBytes(StandardCharsets.UTF_8);
            String value = Base64.getEncoder().encodeToString(user);
            request.header("Authorization", "Basic " + value);
        }
        return request;
    }

    private static String get(HttpClient client, URI url) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(request(url, "/cluster", QUESTION_MAX).GET().build(), TEXT);
        if (answer.statusCode() != OK) {
            throw new IOException("GET /cluster: status " + answer.statusCode());
        }
        return answer.body();
    }

    private static void post(HttpClient client, URI url, String leader, String candidate)
            throws IOException, InterruptedException {
        String body =
                "{\"leader\": %s, \"candidate\": %s}".formatted(quoted(leader), quoted(candidate));
        HttpRequest request =
                request(url, "/switchover", SWITCHOVER_MAX)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> answer = client.send(request, TEXT);
        int status = answer.statusCode();
        boolean isUnknown = status == UNAVAILABLE && answer.body().contains("status unknown");
        if ((status < OK || status >= OTHER) && !isUnknown) {
            throw new IOException(
                    "Patroni at " + shown(url) + ": " + status + " " + answer.body().strip());
        }
    }

    private static String quoted(String name) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(name)) + '"';
    }

    /** The name by which Patroni knows a node. */
    private static String member(String cluster, ServerAddress address) throws IOException {
        try {
            for (ClusterMember member : ClusterMember.all(cluster)) {
                if (member.name() != null && isAt(member, address)) {
                    return member.name();
                }
            }
        } catch (IOException e) {
            throw new IOException("GET /cluster: " + e.getMessage(), e);
        }
        throw new IOException("Patroni knows no member at " + address);
    }

    private static boolean isAt(ClusterMember member, ServerAddress address) {
        String host = member.host();
        return host != null && member.port() == address.port() && isSame(host, address.host());
    }

    private static boolean isSame(String one, String other) {
        try {
            return one.equalsIgnoreCase(other)
                    || InetAddress.getByName(one).equals(InetAddress.getByName(other));
        } catch (UnknownHostException _) {
            return false;
        }
    }
}
