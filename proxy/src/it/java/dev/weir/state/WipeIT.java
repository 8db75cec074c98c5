package dev.weir.state;

import dev.weir.config.PoolMode;
import dev.weir.support.Rig;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code state_check = always}, whatever a client does. */
final class WipeIT extends HiddenTraces {
    @RegisterExtension
    static final Rig rig = Rig.shared(PoolMode.TRANSACTION, 1, "state_check = always");

    WipeIT() {
        super(rig);
    }
}
