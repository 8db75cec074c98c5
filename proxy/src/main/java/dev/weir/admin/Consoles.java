package dev.weir.admin;

import dev.weir.error.ProxyError;
import dev.weir.protocol.CancelKey;
import dev.weir.session.ClientSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The clients at the console, by their ids. Any thread may ask. */
final class Consoles {
    /** PgBouncer's name of the console's database; Weir has another one for it, too. */
    static final String DATABASE = "pgbouncer";

    private final ConcurrentSkipListMap<Long, Taken> all = new ConcurrentSkipListMap<>();

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

    private record Taken(Seat seat, String user, Access access) {}

    /**
     * Seats a client. Where all seats are taken, an administrator gets that of the one who came
     * first of those who may only look, or else of the administrators.
     *
     * @param id later clients have larger ones
     * @param max {@code max_console_conn}; 0 = no limit
     * @return false if there is no seat
     */
    synchronized boolean enter(long id, Seat seat, String user, Access access, int max) {
        if (max > 0 && all.size() >= max) {
            if (access != Access.ADMIN) {
                return false;
            }
            Long first = first();
            Taken given = all.remove(first);
            if (given != null) {
                given.seat.kill().accept(ProxyError.TOO_MANY_CONSOLES);
            }
        }
        all.put(id, new Taken(seat, user, access));
        return true;
    }

    private Long first() {
        for (Map.Entry<Long, Taken> one : all.entrySet()) {
            if (one.getValue().access != Access.ADMIN) {
                return one.getKey();
            }
        }
        return all.firstKey();
    }

    synchronized void left(long id) {
        all.remove(id);
    }

    int count() {
        return all.size();
    }

    /** Adds them to the numbers of clients that users have. */
    void countIn(Map<String, Integer> clients) {
        all.values().forEach(one -> clients.merge(one.user, 1, Integer::sum));
    }

    /** Closes the client with this id; false if there is no such client at the console. */
    boolean kill(long id) {
        Taken console = all.get(id);
        if (console != null) {
            console.seat.kill().accept(ProxyError.ADMIN_FORCED_DISCONNECT);
        }
        return console != null;
    }

    /** Ends the wait of the holder of a key for its answer; false if that is not a console. */
    boolean cancel(CancelKey key) {
        for (Taken console : all.values()) {
            CancelKey own = console.seat.key();
            if (own.processId() == key.processId() && own.secret().matches(key.secret())) {
                console.seat.cancel().run();
                return true;
            }
        }
        return false;
    }

    /** The clients, in no order. */
    CompletableFuture<List<ClientSnapshot>> snapshots() {
        List<CompletableFuture<List<ClientSnapshot>>> asked =
                all.values().stream().map(one -> one.seat.snapshot().get()).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    var clients = new ArrayList<ClientSnapshot>();
                    asked.forEach(one -> clients.addAll(one.join()));
                    return clients;
                });
    }
}
