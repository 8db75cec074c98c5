package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The simplest that must work. */
final class SmokeIT {
    @RegisterExtension static final Rig weir = Rig.shared(PoolMode.TRANSACTION, 1);

    @Test
    void answersAQuery() {
        WireClient client = weir.client();

        assertThat(client.query("select 1"))
                .extracting(Message::summary)
                .containsExactly("T ?column?(23)", "D 1", "C SELECT 1", "Z I");
    }
}
