package dev.weir.config;

import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code [peers]}: another process to which cancel requests may be forwarded.
 *
 * @param id 1..16383, the number that the peer's cancel keys carry
 * @param poolSize how many such requests may be in flight at once; null = default_pool_size
 */
public record Peer(int id, ServerAddress address, @Nullable Integer poolSize) {
    static final int PORT_DEFAULT = 6432;

    static Peer of(String id, Values values) {
        String host = values.orDefault(EntrySettings.HOST);
        Integer port = values.get(EntrySettings.PORT);
        return new Peer(
                Integer.parseInt(id),
                new ServerAddress(host, port == null ? PORT_DEFAULT : port),
                values.get(EntrySettings.POOL_SIZE));
    }
}
