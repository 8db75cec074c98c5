package dev.weir.admin;

import dev.weir.error.ProxyError;
import dev.weir.protocol.CancelKey;
import dev.weir.session.ClientSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The clients at the console, by their ids. Any thread may ask. */
final class Consoles {
    /** PgBouncer's name of the console's database; Weir has another one for it, too. */
    static final String DATABASE = "pgbouncer";

    private final ConcurrentHashMap<Long, Seat> all = new ConcurrentHashMap<>();

    /**
     * One client at the console. Everything may be called on any thread.
     *
     * @param key its cancel key
     * @param cancel ends its wait for an answer
     * @param kill closes it, with an error
     * @param snapshot what it is now; empty once it is closed
     */
    record Seat(
            CancelKey key,
            Runnable cancel,
            Consumer<ProxyError> kill,
            Supplier<CompletableFuture<List<ClientSnapshot>>> snapshot) {}

    void entered(long id, Seat console) {
        all.put(id, console);
    }

    void left(long id) {
        all.remove(id);
    }

    int count() {
        return all.size();
    }

    /** Closes the client with this id; false if there is no such client at the console. */
    boolean kill(long id) {
        Seat console = all.get(id);
        if (console != null) {
            console.kill().accept(ProxyError.ADMIN_FORCED_DISCONNECT);
        }
        return console != null;
    }

    /** Ends the wait of the holder of a key for its answer; false if that is not a console. */
    boolean cancel(CancelKey key) {
        for (Seat console : all.values()) {
            CancelKey own = console.key();
            if (own.processId() == key.processId() && own.secret().matches(key.secret())) {
                console.cancel().run();
                return true;
            }
        }
        return false;
    }

    /** The clients, in no order. */
    CompletableFuture<List<ClientSnapshot>> snapshots() {
        List<CompletableFuture<List<ClientSnapshot>>> asked =
                all.values().stream().map(seat -> seat.snapshot().get()).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    var clients = new ArrayList<ClientSnapshot>();
                    asked.forEach(one -> clients.addAll(one.join()));
                    return clients;
                });
    }
}
