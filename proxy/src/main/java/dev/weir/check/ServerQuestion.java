package dev.weir.check;

import dev.weir.backend.Connector;
import dev.weir.backend.InjectedQuery;
import dev.weir.backend.Opener;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.backend.Statements;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Opens a server connection as a pool would, and asks the server for its version and limits. */
final class ServerQuestion {
    private static final String SQL =
            "SELECT current_setting('server_version'), current_setting('max_connections'),"
                    + " current_setting('superuser_reserved_connections'),"
                    + " coalesce(current_setting('reserved_connections', true), '0')";

    private final Connector connector;
    private final EventLoop loop;

    /** What was found out. */
    sealed interface Answer {}

    /** The server cannot be reached, or it refused the login. */
    record Failed(String why) implements Answer {}

    /** PostgreSQL is there, but asks for a secret that Weir does not have. */
    record Reached() implements Answer {}

    /**
     * The server has answered.
     *
     * @param server its address
     * @param reserved connections for superusers and for those who may use reserved ones
     */
    record Known(String server, String version, int maxConnections, int reserved)
            implements Answer {}

    ServerQuestion(Connector connector, EventLoop loop) {
        this.connector = connector;
        this.loop = loop;
    }

    /**
     * Asks, and waits for the answer.
     *
     * @param hasUser false if it only matters whether the server can be reached
     */
    Answer ask(ServerTarget target, boolean hasUser) {
        var answer = new CompletableFuture<Answer>();
        loop.execute(() ->
                connector.open(target, loop, new Statements(loop), new Opening(answer, hasUser)));
        return answer.join();
    }

    /** Called on the loop; its limit is server_connect_timeout. */
    private final class Opening implements Opener.Opening {
        private final CompletableFuture<Answer> answer;
        private final boolean hasUser;

        Opening(CompletableFuture<Answer> answer, boolean hasUser) {
            this.answer = answer;
            this.hasUser = hasUser;
        }

        @Override
        public void opened(ServerConnection connection) {
            connection.inject(SQL, new Asking(connection, answer));
            connection.flush();
        }

        @Override
        public void failed(ServerFailure failure) {
            boolean isLogin = !failure.sqlState().startsWith("0800");
            answer.complete(
                    isLogin && !hasUser
                            ? new Reached()
                            : new Failed(failure.sqlState() + ": " + failure.message()));
        }

        @Override
        public void closed() {
            // The reason may be reported a moment later.
            loop.execute(() -> answer.complete(new Failed("08006: the connection was closed")));
        }
    }

    private static final class Asking implements InjectedQuery {
        private final ServerConnection connection;
        private final CompletableFuture<Answer> answer;
        private Answer known = new Failed("no answer");

        Asking(ServerConnection connection, CompletableFuture<Answer> answer) {
            this.connection = connection;
            this.answer = answer;
        }

        @Override
        public void row(List<@Nullable String> values) {
            known =
                    new Known(
                            shown(connection.socket().remote()),
                            String.valueOf(values.get(0)),
                            Integer.parseInt(String.valueOf(values.get(1))),
                            Integer.parseInt(String.valueOf(values.get(2)))
                                    + Integer.parseInt(String.valueOf(values.get(3))));
        }

        private static String shown(@Nullable SocketAddress address) {
            return String.valueOf(address).replaceFirst("^.*/(?=[0-9a-f.:]+$)", "");
        }

        @Override
        public void succeeded() {
            end();
        }

        @Override
        public void failed() {
            end();
        }

        private void end() {
            connection.close("the check is done");
            answer.complete(known);
        }
    }
}
