package dev.weir.config;

/**
 * What holds for the sockets of connections, of clients and to servers alike. Zero as a number of
 * the kernel's means its default.
 *
 * @param keepIdleSeconds before the first probe
 * @param keepCount lost probes before the peer counts as dead
 * @param keepIntervalSeconds between probes
 * @param userTimeoutMillis that sent data may stay unacknowledged
 * @param kernelBufferBytes of each of the kernel's two buffers
 * @param readBytes of the first read buffer
 * @param readRounds before the next socket gets its turn; 0 = unlimited
 * @param packetBytesMax of a message, its length word included
 */
public record SocketSettings(
        boolean keepAlive,
        int keepIdleSeconds,
        int keepCount,
        int keepIntervalSeconds,
        int userTimeoutMillis,
        int kernelBufferBytes,
        int readBytes,
        int readRounds,
        int packetBytesMax) {

    public static SocketSettings of(Config config) {
        return new SocketSettings(
                config.get(Settings.TCP_KEEPALIVE),
                config.get(Settings.TCP_KEEPIDLE),
                config.get(Settings.TCP_KEEPCNT),
                config.get(Settings.TCP_KEEPINTVL),
                config.get(Settings.TCP_USER_TIMEOUT),
                config.get(Settings.TCP_SOCKET_BUFFER),
                config.get(Settings.PKT_BUF),
                config.get(Settings.SBUF_LOOPCNT),
                config.get(Settings.MAX_PACKET_SIZE));
    }
}
