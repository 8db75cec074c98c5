package dev.weir.config;

/**
 * The settings of the sockets, both those of clients and those to servers. For a number that the
 * kernel uses, 0 means the kernel's default.
 *
 * @param keepIdleSeconds idle time before the first keepalive probe
 * @param keepCount number of lost probes after which the peer counts as dead
 * @param keepIntervalSeconds time between probes
 * @param userTimeoutMillis how long sent data may stay unacknowledged
 * @param kernelBufferBytes size of each of the kernel's two buffers
 * @param readBytes size of the first read buffer
 * @param readRounds number of reads before the next socket gets its turn; 0 = unlimited
 * @param packetBytesMax the largest message, including its length word
 * @param parametersMax how many parameters a server may report
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
        int packetBytesMax,
        int parametersMax) {

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
                config.get(Settings.MAX_PACKET_SIZE),
                config.get(Settings.MAX_SERVER_PARAMETERS));
    }
}
