package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.log.LogTargets;
import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A Weir process in which something happens that no client can bring about. */
public final class DyingProcess {
    private DyingProcess() {}

    /**
     * Starts a Weir with the handler of a server process.
     *
     * @param args the configuration, and what is to happen: {@code hang} or {@code error}
     */
    public static void main(String[] args) throws Exception {
        LogTargets.begin(false, 0, Map.of());
        Thread.setDefaultUncaughtExceptionHandler(LastWord::uncaught);
        Weir weir = Weir.start(Config.load(Path.of(args[0])));
        EventLoop loop = weir.loops().all().getFirst();
        switch (args[1]) {
            case "hang" -> loop.execute(DyingProcess::hangHere);
            case "error" ->
                    loop.execute(() -> {
                        throw new NoClassDefFoundError("dev/weir/Lost");
                    });
            default -> throw new IllegalArgumentException(args[1]);
        }
        weir.awaitEnd();
    }

    private static void hangHere() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
