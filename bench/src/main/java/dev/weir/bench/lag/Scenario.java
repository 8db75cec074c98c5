package dev.weir.bench.lag;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;

/** What can happen to a replica: how it begins, and how it ends. */
enum Scenario {
    WRITES("writes go on"),
    IDLE("idle primary"),
    LOAD("under and after load"),
    PAUSED("replay paused"),
    CUT_OFF("cut off"),
    STOPPED("SIGSTOP"),
    KILLED("killed"),
    ALL_OUT("replay paused on all");

    private static final String LOAD_SQL =
            "CREATE TABLE load AS SELECT g, repeat('x', 100) FROM generate_series(1, 1000000) g";

    private final String title;

    Scenario(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Whether the replica answers during the scenario. */
    boolean answers() {
        return this != STOPPED && this != KILLED;
    }

    void begin(PgCluster cluster, Heartbeat heartbeat) {
        PgNode replica = cluster.replica(0);
        switch (this) {
            case WRITES -> {}
            case IDLE -> heartbeat.pause(true);
            case LOAD -> Thread.ofVirtual().start(() -> cluster.primary().execute(LOAD_SQL));
            case PAUSED -> replica.pauseReplay();
            case CUT_OFF -> replica.setting("primary_conninfo", "host=127.0.0.1 port=1");
            case STOPPED -> replica.pause();
            case KILLED -> replica.kill();
            case ALL_OUT -> cluster.replicas().forEach(PgNode::pauseReplay);
        }
    }

    void end(PgCluster cluster, Heartbeat heartbeat) {
        PgNode replica = cluster.replica(0);
        switch (this) {
            case WRITES, LOAD -> {}
            case IDLE -> heartbeat.pause(false);
            case PAUSED -> replica.resumeReplay();
            case CUT_OFF -> replica.follow(cluster.primary());
            case STOPPED -> replica.resume();
            case KILLED -> replica.start();
            case ALL_OUT -> cluster.replicas().forEach(PgNode::resumeReplay);
        }
    }
}
