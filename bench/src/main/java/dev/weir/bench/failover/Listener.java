package dev.weir.bench.failover;

import dev.weir.pgkit.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Listens in one session for what it says in another. */
final class Listener implements Runnable {
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final Scene scene;
    private final AtomicLong heard = new AtomicLong();

    Listener(Scene scene) {
        this.scene = scene;
    }

    /** How many notifications have arrived. */
    long heard() {
        return heard.get();
    }

    @Override
    public void run() {
        for (int n = 0; !scene.isOver(); n++) {
            try (Talk listens = Talk.begin(scene.port(), Scene.SHARED, "listener");
                    Talk notifies = Talk.begin(scene.port(), Scene.SHARED, "notifier")) {
                listens.query("LISTEN hunt");
                for (; !scene.isOver(); n++) {
                    listen(listens, notifies, "news " + n);
                }
            } catch (Talk.Ended e) {
                scene.ended(); // with a LISTEN, the session ends
            } catch (RuntimeException e) {
                scene.found("listener: " + e);
            }
        }
    }

    private void listen(Talk listens, Talk notifies, String news) {
        notifies.query("NOTIFY hunt, '" + news + "'");
        Message message = listens.client().tryRead(PATIENCE);
        while (message != null) {
            if (message.tag() == 'A') {
                boolean isOurs = message.summary().startsWith("A hunt news ");
                if (!isOurs) {
                    scene.found("listener: " + message);
                }
                heard.incrementAndGet();
                return;
            } else if (message.tag() == 'E') {
                throw new Talk.Ended("" + message, new IllegalStateException());
            }
            message = listens.client().tryRead(PATIENCE);
        }
        List<Message> alive = listens.query("SELECT 'here'");
        if (alive.getFirst().tag() == 'T' && !alive.get(1).summary().equals("D here")) {
            scene.found("listener: " + alive);
        }
    }
}
