package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class OriginTest {
    @Test
    void isShownAsTheLogShowsIt() {
        assertThat(Origin.tcp(new InetSocketAddress("10.0.0.5", 51_234)).shown())
                .isEqualTo("10.0.0.5:51234");
        assertThat(Origin.tcp(new InetSocketAddress("fd00::1", 51_234)).shown())
                .isEqualTo("[fd00::1]:51234");
        assertThat(Origin.unix(42, 1_000).shown()).isEqualTo("unix(42)");
        assertThat(Origin.unix(-1, -1).shown()).isEqualTo("unix");
    }
}
