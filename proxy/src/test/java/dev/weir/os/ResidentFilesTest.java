package dev.weir.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ResidentFilesTest {
    private static final String SMAPS =
            """
            00010000-00020000 r-xp 00001000 fe:00 42                  /lib/code with a blank.so
            Size:                 64 kB
            Anonymous:             0 kB
            00020000-00030000 r--p 00002000 fe:00 42                  /lib/relocated.so
            Anonymous:             8 kB
            00030000-00040000 rw-p 00002000 fe:00 42                  /lib/data.so
            Anonymous:             0 kB
            00040000-00050000 r--p 00000000 00:00 0
            Anonymous:             0 kB
            7fff0000-80000000 r-xp 00000000 00:00 0                   [vdso]
            Anonymous:             0 kB
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]
            Anonymous:             0 kB
            80000000-80001000 r--s 00000000 fe:00 43                  /runtime/lib/modules
            Rss:                   4 kB
            Anonymous:             0 kB
            VmFlags: rd mr mw me ms
            """;

    @Test
    void findsWhatHoldsNothingButAFile() throws IOException {
        assertThat(ResidentFiles.unchanged(new BufferedReader(new StringReader(SMAPS))))
                .containsExactly(
                        new ResidentFiles.Mapping(0x10000, 0x20000),
                        new ResidentFiles.Mapping(0x80000000L, 0x80001000L));
    }

    @Test
    void givesBackWhatCanBeReadAgain() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/smaps")), "needs Linux");
        long before = residentKilobytes();

        ResidentFiles.release();

        assertThat(residentKilobytes()).isLessThan(before);
    }

    private static long residentKilobytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssFile:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError("no RssFile");
    }
}
