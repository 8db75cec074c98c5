package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Weir whose native libraries do not load serves, and says once what to do about it. */
@NullMarked
final class FallbackIT {
    @TempDir private Path directory;

    @Test
    void saysThatItIsSlowerThanItNeedBe() throws IOException {
        PgNode server = Rig.postgres();
        try (WeirJvm weir =
                        WeirJvm.serving(
                                directory,
                                List.of(
                                        "-Dio.netty.transport.noNative=true",
                                        "-Dio.netty.handler.ssl.noOpenSsl=true"),
                                "* = host=" + server.host() + " port=" + server.port());
                WireClient client = weir.client("postgres")) {
            assertThat(client.query("select 1").get(1).row()).containsExactly("1");

            assertThat(weir.said())
                    .containsOnlyOnce("transport_unavailable wanted=EPOLL using=NIO error=")
                    .contains("-Dio.netty.native.workdir")
                    .containsOnlyOnce("config_warning tls_provider: openssl does not load here")
                    .contains("tls_provider name=jsse");
        }
    }
}
