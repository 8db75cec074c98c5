package dev.weir.bench.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Shows that clients may prepare statements under the same names, and that PostgreSQL holds each
 * text once per backend.
 */
final class SharedStatements implements Tour.Step {
    private static final int CLIENTS = 200;
    private static final int NAMES = 5;
    private static final int ROUNDS = 10;

    /** Two applications that both name their statements s1, s2, …, as drivers do. */
    private static final List<String> APPLICATIONS = List.of("shop", "bank");

    @Override
    public void show(Stage stage, Screen screen) throws InterruptedException, ExecutionException {
        screen.step("Named prepared statements, shared");
        try (Crowd crowd = new Crowd(stage, CLIENTS)) {
            crowd.play(SharedStatements::prepare);
            int wrong = 0;
            for (int count : crowd.play((client, index) -> execute(client, index))) {
                wrong += count;
            }
            screen.say(
                    "%d clients of 2 applications prepared %d statements each, all named s1 to s%d,"
                            + " and executed them %,d times: %d wrong answers.",
                    CLIENTS, NAMES, NAMES, CLIENTS * NAMES * ROUNDS, wrong);
            count(crowd, screen);
        }
    }

    private static String prepare(Client client, int index) {
        for (int name = 1; name <= NAMES; name++) {
            client.prepare("s" + name, text(index, name));
        }
        return "";
    }

    private static String text(int client, int name) {
        return "SELECT '" + mark(client, name) + " ' || $1::text";
    }

    private static String mark(int client, int name) {
        return APPLICATIONS.get(client % APPLICATIONS.size()) + name;
    }

    private static int execute(Client client, int index) {
        int wrong = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int name = 1; name <= NAMES; name++) {
                String parameter = index + "." + round;
                String expected = mark(index, name) + " " + parameter;
                wrong += client.execute("s" + name, parameter).equals(expected) ? 0 : 1;
            }
        }
        return wrong;
    }

    /** Looks into every server connection, with as many clients at once, each in a transaction. */
    private static void count(Crowd crowd, Screen screen) {
        List<Client> holders = new ArrayList<>();
        int held = 0;
        for (int i = 0; i < Stage.POOL_SIZE; i++) {
            Client holder = crowd.client(i);
            holder.ask("BEGIN");
            holders.add(holder);
            held += Integer.parseInt(holder.ask("SELECT count(*) FROM pg_prepared_statements"));
        }
        holders.forEach(holder -> holder.ask("COMMIT"));
        screen.say(
                "To the clients these are %,d statements. pg_prepared_statements, over all %d"
                        + " server connections, lists %d.",
                CLIENTS * NAMES, Stage.POOL_SIZE, held);
    }
}
