package dev.weir.app;

import dev.weir.net.Loops;
import dev.weir.os.ResidentFiles;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what only the start needed, in a sidecar: a third of the memory of an idle process is
 * pages of the JVM's library and of the AOT cache. See docs/adr/0095-memory-of-a-sidecar.md.
 */
final class SmallProcess {
    /** The property that asks for it; WEIR_PROFILE=sidecar sets it. */
    private static final String PROPERTY = "weir.small";

    /** When the start is over for certain, and the first clients have been served. */
    private static final long AFTER_SECONDS = 10;

    private static final Logger log = LoggerFactory.getLogger(SmallProcess.class);

    private SmallProcess() {}

    static void start(Loops loops) {
        if (Boolean.getBoolean(PROPERTY)) {
            loops.all()
                    .getFirst()
                    .schedule(
                            () -> Thread.startVirtualThread(SmallProcess::giveBack),
                            AFTER_SECONDS,
                            TimeUnit.SECONDS);
        }
    }

    private static void giveBack() {
        try {
            ResidentFiles.release();
        } catch (IOException e) {
            log.debug("memory_not_given_back", e);
        }
    }
}
