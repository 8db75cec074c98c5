package dev.weir.bench.demo;

import java.util.List;

/** Replicas are databases of the same Weir, behind the same port. */
final class Replicas implements Tour.Step {
    @Override
    public void show(Stage stage, Screen screen) {
        int count = stage.cluster().replicas().size();
        if (count == 0) {
            return;
        }
        screen.step(count == 1 ? "A replica" : count + " replicas");
        try (Client client = stage.client()) {
            client.ask("UPDATE account SET balance = balance + 1 WHERE id = 2");
        }
        for (int i = 0; i < count; i++) {
            String name = Stage.replicaName(i);
            try (Client client = stage.client(name)) {
                stage.cluster().awaitReplicas();
                List<String> row =
                        client.askRow(
                                "SELECT balance, pg_is_in_recovery() FROM account WHERE id = 2");
                screen.say(
                        "%s shows the account just changed, %s (in recovery: %s).",
                        name, row.getFirst(), row.get(1));
            }
        }
    }
}
