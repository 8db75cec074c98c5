package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.ServerError;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import org.junit.jupiter.api.Test;

/** What is logged of clients, and what is not if a setting says so. */
final class LoginLogIT {
    private static final String COMES = "login attempt: db=app";
    private static final String LEAVES = "closing because: ";
    private static final String REFUSED = "pooler error: ";

    /** One client that comes and leaves, and one that is refused; then the log. */
    private static LogLines log(Rig rig) {
        LogLines lines = LogLines.beginAt(Level.INFO);
        rig.client().close();
        assertThatThrownBy(() -> rig.client(Rig.USER, "nowhere")).isInstanceOf(ServerError.class);
        rig.awaitEmpty();
        return lines;
    }

    private static boolean has(LogLines lines, String text) {
        return lines.all().stream().anyMatch(line -> line.contains(text));
    }

    @Test
    void tellsOfEveryClient() {
        try (Rig rig = Rig.before(Rig.postgres());
                LogLines lines = log(rig)) {
            await().until(() -> has(lines, COMES) && has(lines, LEAVES) && has(lines, REFUSED));
        }
    }

    @Test
    void keepsQuietAboutWhatItIsToldTo() {
        try (Rig rig =
                        Rig.before(
                                Rig.postgres(),
                                "log_connections = 0",
                                "log_disconnections = 0",
                                "log_pooler_errors = 0");
                LogLines lines = log(rig)) {
            assertThat(lines.all())
                    .noneMatch(line -> line.contains(COMES))
                    .noneMatch(line -> line.contains(LEAVES))
                    .noneMatch(line -> line.contains(REFUSED));
        }
    }
}
