package dev.weir.bench.failover;

import dev.weir.bench.failover.Scene.Shape;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.StopMode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What happens to the servers. */
enum Crash {
    RESTART("pg_ctl restart", Shape.HOST, Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.primary().restart();
        }
    },
    IMMEDIATE("stop -m immediate, start", Shape.HOST, Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.primary().stop(StopMode.IMMEDIATE);
            scene.primary().start();
        }
    },
    KILL("kill -9 of all, start", Shape.HOST, Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.primary().kill();
            pause(random.nextInt(500));
            scene.primary().start();
        }
    },
    BACKEND("kill -9 of a backend", Shape.HOST, Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            PgNode node = scene.primary();
            String pid =
                    node.queryText(
                            "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE backend_type"
                                    + " = 'client backend' AND pid <> pg_backend_pid()");
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            Wait.until("recovered", () -> isUp(node));
        }
    },
    TERMINATE("pg_terminate_backend of some", Shape.HOST, Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            for (int i = 0; i < 5; i++) {
                scene.primary()
                        .execute(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                                        + " backend_type = 'client backend' AND pid <>"
                                        + " pg_backend_pid() ORDER BY state = 'active' DESC,"
                                        + " random() LIMIT 1");
                pause(random.nextInt(20));
            }
        }
    },
    FREEZE("SIGSTOP for seconds", Shape.HOST, Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.primary().pause();
            pause(500 + random.nextInt(3_000));
            scene.primary().resume();
        }
    },
    SWITCHOVER("SWITCHOVER", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            for (String database : List.of(Scene.SHARED, Scene.OWN)) {
                String command = "SWITCHOVER " + database + " GRACE 10";
                Wait.until(command, () -> isAnswered(scene, command));
            }
            scene.primary().stop();
            scene.standby().promote();
            scene.changeRoles();
            rejoin(scene);
        }
    },
    PROMOTE("stop, promote", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.primary().stop();
            pause(random.nextInt(300));
            scene.standby().promote();
            scene.changeRoles();
            rejoin(scene);
        }
    },
    DEMOTE("restarted as a standby, the other promoted", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.primary().stop();
            scene.primary().follow(scene.standby());
            scene.primary().start();
            pause(random.nextInt(300));
            scene.standby().promote();
            scene.changeRoles();
            scene.awaitRoles();
        }
    },
    KILL_PROMOTE("kill -9 of all, promote, the old one beside", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.lossBegins();
            scene.primary().kill();
            pause(random.nextInt(300));
            scene.standby().promote();
            scene.changeRoles();
            beside(scene, true);
        }
    },
    LAGGING("promotion of one that lags, the old one beside", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.standby().stop();
            scene.lossBegins();
            pause(200 + random.nextInt(500));
            scene.primary().kill();
            scene.standby().start();
            scene.standby().promote();
            scene.changeRoles();
            beside(scene, true);
        }
    },
    FREEZE_PROMOTE("SIGSTOP, promote, SIGCONT", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.lossBegins();
            scene.primary().pause();
            pause(random.nextInt(1_000));
            scene.standby().promote();
            scene.changeRoles();
            awaitPrimary(scene);
            scene.standby().resume();
            beside(scene, false);
        }
    },
    BESIDE("promotion beside the primary, which lives", Shape.NODES) {
        @Override
        void happens(Scene scene, Random random) {
            scene.lossBegins();
            scene.standby().promote();
            scene.changeRoles();
            beside(scene, false);
        }
    },
    CUT("connections cut", Shape.LINKS) {
        @Override
        void happens(Scene scene, Random random) {
            scene.link(scene.primary()).cut();
        }
    },
    BLACK_HOLE("nothing goes through for seconds", Shape.LINKS) {
        @Override
        void happens(Scene scene, Random random) {
            switch (random.nextInt(3)) {
                case 0 -> scene.link(scene.primary()).stall();
                case 1 -> scene.link(scene.primary()).toClient().stall();
                default -> scene.link(scene.primary()).toServer().stall();
            }
            pause(500 + random.nextInt(4_000));
            scene.link(scene.primary()).go();
        }
    },
    ROGUE("kill -9 of all, a server of another cluster in its place, start", Shape.LINKS) {
        @Override
        void happens(Scene scene, Random random) {
            PgNode rogue = scene.rogue();
            PgNode primary = scene.primary();
            primary.kill();
            scene.link(primary).redirect(rogue.host(), rogue.port());
            Wait.until("it is refused", () -> scene.sees(primary).startsWith("other "));
            pause(random.nextInt(1_000));
            Scene.rows(rogue, 0)
                    .forEach((id, _) -> scene.found("written on another cluster: row " + id));
            primary.start();
            scene.link(primary).redirect(primary.host(), primary.port());
            scene.link(primary).cut();
            scene.awaitRoles();
        }
    },
    CUT_OFF_PROMOTE("cut off, promote, back", Shape.LINKS) {
        @Override
        void happens(Scene scene, Random random) {
            scene.lossBegins();
            scene.link(scene.primary()).stall();
            pause(random.nextInt(1_000));
            scene.standby().promote();
            scene.changeRoles();
            awaitPrimary(scene);
            scene.link(scene.standby()).go();
            beside(scene, false);
        }
    };

    private final String title;
    private final Shape shape;
    private final Shape other;

    Crash(String title, Shape shape) {
        this(title, shape, shape);
    }

    Crash(String title, Shape shape, Shape other) {
        this.title = title;
        this.shape = shape;
        this.other = other;
    }

    String title() {
        return title;
    }

    static List<Crash> of(Shape shape) {
        return Arrays.stream(values())
                .filter(one -> one.shape == shape || one.other == shape)
                .toList();
    }

    /** It happens; at the end, all is as before, but for the roles. */
    abstract void happens(Scene scene, Random random);

    private static void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** A replica may be late at the moment, and then it is refused. */
    private static boolean isAnswered(Scene scene, String command) {
        return scene.console(command).stream().noneMatch(message -> message.tag() == 'E');
    }

    private static boolean isUp(PgNode node) {
        try {
            return node.queryText("SELECT 1").equals("1");
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    private static void awaitPrimary(Scene scene) {
        Wait.until("promotion is seen", () -> scene.sees(scene.primary()).equals("primary up"));
    }

    /** The old primary, which was shut down before the other was promoted, follows it. */
    private static void rejoin(Scene scene) {
        scene.standby().follow(scene.primary());
        scene.standby().start();
        scene.awaitRoles();
    }

    /**
     * The old primary is beside the new one for a while, and believes to be it. Nobody writes
     * there, and all that is acknowledged and not on the new one is there.
     */
    private static void beside(Scene scene, boolean starts) {
        PgNode old = scene.standby();
        awaitPrimary(scene);
        long mark = scene.book().next();
        if (starts) {
            old.start();
            Wait.until("it is refused", () -> scene.sees(old).startsWith("other "));
        }
        pause(500);
        var known = scene.book().told();
        var there = Scene.rows(old, 0);
        scene.book().lose(known, there, Scene.rows(scene.primary(), 0));
        there.keySet().stream()
                .filter(id -> id >= mark)
                .forEach(id -> scene.found("written on the old primary: row " + id));
        scene.lossEnds();
        old.stop();
        old.copyOf(scene.primary());
        old.start();
        scene.awaitRoles();
    }
}
