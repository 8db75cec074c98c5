package dev.weir.bench.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that are logged in and act at the same time, each on its own virtual thread. */
final class Crowd implements AutoCloseable {
    /** The actions of every client. */
    interface Part<T> {
        T play(Client client, int index);
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Client> clients;

    /** Logs all clients in, on the primary. */
    Crowd(Stage stage, int count) throws InterruptedException, ExecutionException {
        this(stage, count, Stage.ON_PRIMARY);
    }

    Crowd(Stage stage, int count, String database) throws InterruptedException, ExecutionException {
        List<Callable<Client>> logins = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            logins.add(() -> stage.client(database));
        }
        clients = all(logins);
    }

    int size() {
        return clients.size();
    }

    Client client(int index) {
        return clients.get(index);
    }

    /** Runs the part of every client; returns their results in the order of the clients. */
    <T> List<T> play(Part<T> part) throws InterruptedException, ExecutionException {
        List<Callable<T>> parts = new ArrayList<>();
        for (int i = 0; i < clients.size(); i++) {
            int index = i;
            parts.add(() -> part.play(clients.get(index), index));
        }
        return all(parts);
    }

    private <T> List<T> all(List<Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(tasks)) {
            results.add(future.get());
        }
        return results;
    }

    @Override
    public void close() {
        clients.forEach(Client::close);
        threads.close();
    }
}
