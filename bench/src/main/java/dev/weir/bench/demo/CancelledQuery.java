package dev.weir.bench.demo;

/** Shows that a cancel request reaches its query, and no other. */
final class CancelledQuery implements Tour.Step {
    private static final String UNDER_WAY =
            "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE usename = '"
                    + Stage.USER
                    + "' AND query LIKE 'SELECT pg_sleep%' AND state = 'active'";

    @Override
    public void show(Stage stage, Screen screen) {
        screen.step("A cancelled query");
        try (Client client = stage.client();
                Client observer = stage.observer()) {
            client.begin("SELECT pg_sleep(60)");
            String pid = "0";
            while (pid.equals("0")) {
                pid = observer.ask(UNDER_WAY);
            }
            long begin = System.nanoTime();
            client.cancel(stage.port());
            String error = client.awaitError();
            screen.say(
                    "SELECT pg_sleep(60) ran on backend %s and was cancelled: %s after %.1f ms.",
                    pid, error, (System.nanoTime() - begin) / 1e6);
            begin = System.nanoTime();
            String answer = client.ask("SELECT 'fine'");
            screen.say(
                    "The same client's next query: %s, after %.1f ms.",
                    answer, (System.nanoTime() - begin) / 1e6);
        }
    }
}
