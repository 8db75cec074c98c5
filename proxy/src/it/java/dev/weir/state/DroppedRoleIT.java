package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A role that is dropped or renamed while a client has it. */
final class DroppedRoleIT {
    private static final String ROLE = "weir_dropped";

    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1);

    @AfterEach
    void drop() {
        one.execute("drop role if exists " + ROLE + ", weir_renamed");
    }

    /** The client is told, and never goes on with the rights that it had before. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "set role %s | drop role %s",
                "set session authorization %s | drop role %s",
                "set role %s | alter role %s rename to weir_renamed"
            })
    void itsClientIsClosedAndNobodyElseNotices(String both) {
        String[] commands = both.replace("%s", ROLE).split(" \\| ", -1);
        one.execute("create role " + ROLE);
        WireClient a = one.client();
        WireClient b = one.client();
        assertThat(a.query(commands[0])).noneMatch(message -> message.tag() == 'E');
        assertThat(b.query("select current_user"))
                .extracting(Message::summary)
                .contains("D postgres");
        one.execute(commands[1]);
        a.send(Wire.query("select current_user"));
        assertThat(a.read().summary()).isEqualTo("E 22023 role \"" + ROLE + "\" does not exist");
        assertThat(a.isClosedByPeer()).isTrue();
        assertThat(b.query("select current_user"))
                .extracting(Message::summary)
                .contains("D postgres");
    }
}
