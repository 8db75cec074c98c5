package dev.weir.bench.demo;

import java.util.concurrent.ExecutionException;

/** Shows that what a client SETs stays with the client, whichever server connection it runs on. */
final class OwnSettings implements Tour.Step {
    private static final int CLIENTS = 40;
    private static final int ROUNDS = 25;

    @Override
    public void show(Stage stage, Screen screen) throws InterruptedException, ExecutionException {
        screen.step("Settings stay with their client");
        try (Crowd crowd = new Crowd(stage, CLIENTS)) {
            crowd.play((client, index) -> client.ask("SET TimeZone = '" + zone(index) + "'"));
            int wrong = 0;
            for (int count : crowd.play(OwnSettings::ask)) {
                wrong += count;
            }
            screen.say(
                    "%d clients SET a TimeZone of their own, then asked for it %,d times, all over"
                            + " the same %d connections: %d wrong answers.",
                    CLIENTS, CLIENTS * ROUNDS, Stage.POOL_SIZE, wrong);
        }
    }

    private static int ask(Client client, int index) {
        int wrong = 0;
        for (int round = 0; round < ROUNDS; round++) {
            wrong += client.ask("SHOW TimeZone").equals(zone(index)) ? 0 : 1;
        }
        return wrong;
    }

    private static String zone(int client) {
        return "<C%02d>-%02d".formatted(client, client % 12);
    }
}
