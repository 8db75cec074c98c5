package dev.weir.ops;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The endpoints by path and method. Does not change after the port is open. */
final class Routes implements Endpoint {
    private final Map<String, Map<HttpMethod, Endpoint>> paths = new LinkedHashMap<>();

    /**
     * Adds an endpoint.
     *
     * @param path a path, or a prefix of paths if it ends in a slash
     */
    Routes add(HttpMethod method, String path, Endpoint endpoint) {
        paths.computeIfAbsent(path, _ -> new LinkedHashMap<>()).put(method, endpoint);
        return this;
    }

    @Override
    public CompletableFuture<Answer> answer(Asked asked) {
        Map<HttpMethod, Endpoint> methods = methods(asked.path());
        if (methods == null) {
            return done(
                    Answer.error(
                            HttpResponseStatus.NOT_FOUND,
                            "no such path: " + asked.path(),
                            String.join(", ", paths.keySet())));
        }
        Endpoint endpoint = methods.get(asked.method());
        if (endpoint == null) {
            String allowed = allowed(methods);
            return done(
                    Answer.error(
                                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                                    "method " + asked.method() + " for " + asked.path(),
                                    allowed)
                            .with("allow", allowed));
        }
        return endpoint.answer(asked);
    }

    private @Nullable Map<HttpMethod, Endpoint> methods(String path) {
        Map<HttpMethod, Endpoint> exact = paths.get(path);
        int slash = path.lastIndexOf('/');
        return exact != null || slash <= 0 ? exact : paths.get(path.substring(0, slash + 1));
    }

    private static String allowed(Map<HttpMethod, Endpoint> methods) {
        var names = new StringBuilder();
        for (HttpMethod method : methods.keySet()) {
            names.append(names.isEmpty() ? "" : ", ").append(method.name());
            if (method.equals(HttpMethod.GET)) {
                names.append(", HEAD");
            }
        }
        return names.toString();
    }

    private static CompletableFuture<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
