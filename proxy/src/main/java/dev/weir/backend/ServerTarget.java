package dev.weir.backend;

import dev.weir.config.ServerAddress;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server connection is opened to.
 *
 * @param parameters sent in the startup packet besides user and database
 * @param connectQuery run once before the first client; its errors end the connection
 */
public record ServerTarget(
        ServerAddress address,
        String database,
        String user,
        Map<String, String> parameters,
        Duration connectTimeout,
        @Nullable String connectQuery) {}
