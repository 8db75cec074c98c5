package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The method pam, with the Linux-PAM of the machine and a service of the test's own. */
class PamIT {
    private static final Path EXEC = Path.of("/lib/x86_64-linux-gnu/security/pam_exec.so");
    private static final String PASSWORD = "Schlüsselwort-77";

    @TempDir private Path folder;

    @BeforeEach
    void service() {
        assumeTrue(Files.exists(EXEC), "pam_exec is not installed");
        Path script =
                LoginAttempt.write(
                        folder.resolve("check"),
                        """
                        #!/bin/sh
                        # pam_exec writes the password, and a zero, to standard input
                        [ "$PAM_RHOST" = 127.0.0.1 ] || exit 1
                        [ "$PAM_USER $(tr -d '\\0')" = "bob %s" ]
                        """
                                .formatted(PASSWORD));
        script.toFile().setExecutable(true, false);
        LoginAttempt.write(
                folder.resolve("weir"),
                "auth required pam_exec.so expose_authtok quiet "
                        + script
                        + "\naccount required pam_permit.so\n");
        LoginAttempt.write(
                folder.resolve("locked"),
                "auth required pam_permit.so\naccount required pam_deny.so\n");
        LoginAttempt.write(
                folder.resolve("hba"),
                """
                host locked all all pam pamservice=%1$s/locked
                host all all all pam pamservice=%1$s/weir
                """
                        .formatted(folder));
    }

    @Test
    void asksPam() {
        try (LogLines lines = LogLines.beginAt(Level.TRACE);
                Rig rig =
                        Rig.with(
                                LoginAttempt.entry("app") + "\n" + LoginAttempt.entry("locked"),
                                "auth_type = hba",
                                "auth_hba_file = " + folder.resolve("hba"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(LoginAttempt.tcp(rig, "bob", "app", PASSWORD))
                        .isEqualTo(LoginAttempt.IN);
            }
            String refused = "PAM authentication failed for user ";
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "wrong"))
                    .contains("28000", refused + "\"bob\"");
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "")).contains("empty password");
            assertThat(LoginAttempt.tcp(rig, "eve", "app", PASSWORD)).contains(refused + "\"eve\"");
            // The password is right, but the account may not be used.
            assertThat(LoginAttempt.tcp(rig, "bob", "locked", PASSWORD))
                    .contains(refused + "\"bob\"");
            rig.awaitEmpty();
            assertThat(lines.all()).anyMatch(line -> line.contains("pam_refused"));
            assertThat(lines.all()).noneMatch(line -> line.contains(PASSWORD));
        }
    }

    /** PAM forgets nothing of C's memory, and many may ask at once. */
    @Test
    void manyAskAtOnce() throws InterruptedException {
        try (Rig rig =
                Rig.with(
                        LoginAttempt.entry("app"),
                        "auth_type = hba",
                        "auth_hba_file = " + folder.resolve("hba"))) {
            var threads = new Thread[16];
            var in = new java.util.concurrent.atomic.AtomicInteger();
            for (int i = 0; i < threads.length; i++) {
                String password = i % 2 == 0 ? PASSWORD : "wrong";
                threads[i] =
                        Thread.startVirtualThread(() -> {
                            if (LoginAttempt.tcp(rig, "bob", "app", password)
                                    .equals(LoginAttempt.IN)) {
                                in.incrementAndGet();
                            }
                        });
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(in).hasValue(threads.length / 2);
            rig.awaitEmpty();
        }
    }
}
