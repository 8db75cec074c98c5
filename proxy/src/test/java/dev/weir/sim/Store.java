package dev.weir.sim;

import java.util.Arrays;

/** What a node's database holds: one number for each client, and how far its log is replayed. */
final class Store {
    private int[] values = new int[64];
    long lsn;
    boolean isReplica;

    int value(int client) {
        return client < values.length ? values[client] : 0;
    }

    void set(int client, int value) {
        if (client >= values.length) {
            values = Arrays.copyOf(values, client * 2);
        }
        values[client] = value;
    }
}
