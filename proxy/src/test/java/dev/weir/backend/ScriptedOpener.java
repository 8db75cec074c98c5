package dev.weir.backend;

import dev.weir.config.Database;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** Opens connections to {@link ScriptedServer}s, when and how a test says. */
@NullMarked
public final class ScriptedOpener implements Opener {
    /** What {@link Attempt#isUnreachable} says. */
    public static final ServerFailure UNREACHABLE =
            new ServerFailure("FATAL", "08006", "connection refused");

    /** What {@link Attempt#isRefused} says. */
    public static final ServerFailure REFUSED =
            new ServerFailure("FATAL", "28P01", "password authentication failed");

    private final Ticker ticker;
    private final ArrayDeque<Attempt> attempts = new ArrayDeque<>();
    private final List<ScriptedServer> servers = new ArrayList<>();
    private int processId;
    private long credential;

    public ScriptedOpener(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public void open(ServerTarget target, EventLoop loop, Statements statements, Opening opening) {
        attempts.add(new Attempt(target, loop, statements, opening));
    }

    @Override
    public long credentialVersion(Database entry, String user) {
        return credential;
    }

    /** From now on, a login that was refused may succeed. */
    public void changeCredential() {
        credential++;
    }

    /** How many connections are being opened. */
    public int pending() {
        return attempts.size();
    }

    /** The oldest connection that is being opened. */
    public Attempt next() {
        return attempts.remove();
    }

    /** All connections that were opened, in their order. */
    public List<ScriptedServer> servers() {
        return servers;
    }

    /** A connection that is being opened. */
    public final class Attempt {
        private final ServerTarget target;
        private final EventLoop loop;
        private final Statements statements;
        private final Opening opening;

        Attempt(ServerTarget target, EventLoop loop, Statements statements, Opening opening) {
            this.target = target;
            this.loop = loop;
            this.statements = statements;
            this.opening = opening;
        }

        public ServerTarget target() {
            return target;
        }

        /** The login succeeds. The permit is free once the server has closed its end. */
        public ScriptedServer succeeds() {
            var key = new CancelKey(++processId, CancelSecret.copyOf(new byte[] {0, 0, 0, 1}));
            var server = new ScriptedServer(target, statements, key, ticker);
            servers.add(server);
            server.whenClosed(() -> loop.execute(opening::closed));
            opening.opened(server.connection());
            return server;
        }

        public void isUnreachable() {
            fails(UNREACHABLE);
        }

        public void isRefused() {
            fails(REFUSED);
        }

        public void fails(ServerFailure failure) {
            opening.failed(failure);
            opening.closed();
        }
    }
}
