package dev.weir.bench.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * Shows that the transaction of a client that dies is rolled back, and its server connection lives
 * on.
 */
final class VanishedClient implements Tour.Step {
    private static final String BALANCE = "SELECT balance FROM account WHERE id = 1";

    @Override
    public void show(Stage stage, Screen screen) {
        screen.step("A client killed in a transaction");
        try (Client client = stage.client();
                Client observer = stage.observer()) {
            String before = client.ask(BALANCE);
            Client victim = stage.client();
            victim.ask("BEGIN");
            victim.ask("UPDATE account SET balance = 1000000 WHERE id = 1");
            String pid = victim.ask("SELECT pg_backend_pid()");
            long begin = System.nanoTime();
            victim.die();
            String after = "SELECT state FROM pg_stat_activity WHERE pid = " + pid;
            while (!observer.ask(after).equals("idle")) {
                Thread.onSpinWait();
            }
            screen.say(
                    "It had set a balance of %s to 1000000 on backend %s and died without COMMIT."
                            + " After %.1f ms PostgreSQL had rolled back: %s.",
                    before, pid, (System.nanoTime() - begin) / 1e6, client.ask(BALANCE));
            screen.say(
                    "Backend %s %s.",
                    pid,
                    isReused(stage, pid)
                            ? "was not closed but serves other clients already"
                            : "was closed; another one takes its place");
        }
    }

    /** Whether one of as many clients as there are server connections gets that backend. */
    private static boolean isReused(Stage stage, String pid) {
        List<Client> others = new ArrayList<>();
        try {
            for (int i = 0; i < Stage.POOL_SIZE; i++) {
                Client other = stage.client();
                others.add(other);
                other.ask("BEGIN");
                if (other.ask("SELECT pg_backend_pid()").equals(pid)) {
                    return true;
                }
            }
            return false;
        } finally {
            others.forEach(Client::close);
        }
    }
}
