package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What stands in the way of a start, but not of the check; the rest is in the golden files. */
@NullMarked
final class AdviceTest {
    @Test
    void notesAPortThatSomebodyHas() throws IOException, ConfigException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "listen_port = " + taken.getLocalPort();
            assertThat(Advice.taken(with(port)))
                    .singleElement()
                    .asString()
                    .startsWith("note: listen_addr: cannot listen on 127.0.0.1, port ");
            assertThat(Advice.taken(with(port + "\nso_reuseport = 1"))).isEmpty();
        }
        assertThat(Advice.taken(with("listen_port = 0"))).isEmpty();
    }

    private static Config with(String line) throws ConfigException {
        return Config.parse(
                "weir.ini", "[databases]\na = host=b\n[weir]\nlisten_addr = 127.0.0.1\n" + line);
    }
}
