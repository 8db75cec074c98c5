package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class ResolvConfTest {
    @TempDir private Path directory;

    private ResolvConf read(String text) throws IOException {
        return ResolvConf.read(Files.writeString(directory.resolve("resolv.conf"), text));
    }

    @Test
    void readsWhatCounts() throws IOException {
        ResolvConf conf =
                read(
                        """
                        # ours
                        nameserver 10.0.0.1
                        nameserver ::1 5353
                        search db.example.com example.com
                        options ndots:3 timeout:2 rotate
                        """);
        assertThat(conf.nameServers())
                .extracting(server -> server.getHostString() + " " + server.getPort())
                .containsExactly("10.0.0.1 53", "0:0:0:0:0:0:0:1 5353");
        assertThat(conf.search()).containsExactly("db.example.com", "example.com");
        assertThat(conf.ndots()).isEqualTo(3);
        assertThat(conf.timeoutMillis()).isEqualTo(2_000);
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> read("search example.com\n"))
                .hasMessageEndingWith("no name server (expected: nameserver ADDRESS)");
        assertThatThrownBy(() -> read("nameserver ns1\n"))
                .hasMessageEndingWith("\"nameserver ns1\" (expected: nameserver ADDRESS [PORT])");
        assertThatThrownBy(() -> read("nameserver\n"))
                .hasMessageEndingWith("\"nameserver\" (expected: nameserver ADDRESS [PORT])");
    }
}
