package dev.weir.admin;

import dev.weir.error.ProxyError;
import dev.weir.protocol.CancelKey;
import dev.weir.session.ClientSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The clients at the console, by their ids. Any thread may ask. */
final class Consoles {
    private final ConcurrentHashMap<Long, Console> all = new ConcurrentHashMap<>();

    void entered(long id, Console console) {
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
        Console console = all.get(id);
        if (console != null) {
            console.kill(ProxyError.ADMIN_FORCED_DISCONNECT);
        }
        return console != null;
    }

    /** Ends the wait of the holder of a key for its answer; false if that is not a console. */
    boolean cancel(CancelKey key) {
        for (Console console : all.values()) {
            CancelKey own = console.key();
            if (own.processId() == key.processId() && own.secret().matches(key.secret())) {
                console.cancel();
                return true;
            }
        }
        return false;
    }

    /** The clients, in no order. */
    CompletableFuture<List<ClientSnapshot>> snapshots() {
        List<CompletableFuture<List<ClientSnapshot>>> asked =
                all.values().stream().map(Console::snapshot).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    var clients = new ArrayList<ClientSnapshot>();
                    asked.forEach(one -> clients.addAll(one.join()));
                    return clients;
                });
    }
}
