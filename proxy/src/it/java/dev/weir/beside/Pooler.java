package dev.weir.beside;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.log.LogLine;
import dev.weir.pgkit.PgBouncer;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** One of the two, with a directory, a port and a database of its own. */
abstract class Pooler implements AutoCloseable {
    final String name;
    final Path directory;
    final int port = Ports.free();
    private final PgNode node;
    private final Trial trial;

    /**
     * @param more settings that the other need not have
     */
    private Pooler(String name, Trial trial, PgNode node, Path parent, String more)
            throws IOException {
        this.name = name;
        this.node = node;
        this.trial = trial;
        directory = Files.createTempDirectory(parent, name);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        PgBouncer.own(directory);
        write("pooler.ini", trial.ini() + more);
        write("users.txt", trial.secrets());
        write("hba.conf", String.join("\n", trial.rules) + "\n");
    }

    final void write(String file, String text) throws IOException {
        Path path = Files.writeString(directory.resolve(file), filled(text));
        PgBouncer.own(path);
    }

    /** Replaces a piece of the configuration file. */
    final void edit(String before, String after) throws IOException {
        Path ini = directory.resolve("pooler.ini");
        Files.writeString(ini, Files.readString(ini).replace(filled(before), filled(after)));
    }

    /** Fills in what differs between the two. */
    final String filled(String text) {
        return text.replace("{port}", String.valueOf(port))
                .replace("{pg}", String.valueOf(node.port()))
                .replace("{closed}", "1")
                .replace("{dir}", directory.toString())
                .replace("{db}", name);
    }

    /** The opposite. */
    final String masked(String text) {
        return text.replace(directory.toString(), "{dir}")
                .replaceAll("\\b" + port + "\\b", "{port}")
                .replaceAll("\\b" + node.port() + "\\b", "{pg}")
                .replaceAll("\\b" + name + "\\b", "{db}")
                .replaceFirst("^[-0-9]+ [:.0-9]+ [^ ]+ \\[[0-9]+] ", "")
                .replaceAll("\\b([CS])-0x[0-9a-f]+", "$1-")
                .replaceAll("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:N")
                .replaceAll("unix\\([0-9]+\\)", "unix(N)")
                .replaceAll("age=[0-9]+s", "age=N");
    }

    abstract List<String> log();

    @Override
    public abstract void close();

    static Pooler pgBouncer(Path program, Trial trial, PgNode node, Path parent)
            throws IOException {
        return new Pooler("bouncer", trial, node, parent, "") {
            private final PgBouncer process =
                    PgBouncer.start(program, directory.resolve("pooler.ini"), port);

            @Override
            List<String> log() {
                return process.log();
            }

            @Override
            public void close() {
                process.close();
            }
        };
    }

    static Pooler weir(Trial trial, PgNode node, Path parent) throws IOException {
        // Without the connection that now and then reads a catalog: it would count.
        return new Pooler("weir", trial, node, parent, "state_check = texts\n") {
            private final Lines lines = Lines.begin();
            private final Weir weir = start();

            private Weir start() throws IOException {
                try {
                    return Weir.start(Config.load(directory.resolve("pooler.ini")));
                } catch (ConfigException e) {
                    lines.end();
                    throw new IllegalStateException(e.getMessage(), e);
                }
            }

            @Override
            List<String> log() {
                return lines.all;
            }

            @Override
            public void close() {
                weir.close();
                lines.end();
            }
        };
    }

    /** The lines that Weir would write to its log. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> all = new CopyOnWriteArrayList<>();

        private final Level before = root().getLevel();

        static Lines begin() {
            var lines = new Lines();
            lines.start();
            root().addAppender(lines);
            root().setLevel(Level.INFO);
            return lines;
        }

        private static Logger root() {
            return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        }

        @Override
        protected void append(ILoggingEvent event) {
            all.add(LogLine.of(event).stripTrailing());
        }

        void end() {
            root().setLevel(before);
            root().detachAppender(this);
            stop();
        }
    }

    @Override
    public String toString() {
        return name + " " + trial;
    }
}
