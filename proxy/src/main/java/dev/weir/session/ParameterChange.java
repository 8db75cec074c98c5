package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import org.jspecify.annotations.Nullable;

/** The query that gives a server connection the parameters of the client that has leased it. */
final class ParameterChange implements InjectedQuery {
    private final ServerConnection server;
    private final ParameterSet target;
    private final Outcome outcome;

    /** Called once, when the turn that brought the answer is over. */
    interface Outcome {
        void prepared(ServerConnection server);

        /** The server refuses them, or is gone. */
        void unprepared(ServerConnection server, Refusal why);

        /** A timeout or a cancel has hit the change: another connection may accept it. */
        default void disturbed(ServerConnection server, Refusal why) {
            unprepared(server, why);
        }
    }

    ParameterChange(ServerConnection server, ParameterSet target, Outcome outcome) {
        this.server = server;
        this.target = target;
        this.outcome = outcome;
    }

    @Override
    public void succeeded() {
        server.given(target);
        server.loop().execute(() -> outcome.prepared(server));
    }

    @Override
    public void failed() {
        ServerFailure said = server.privateError();
        Refusal why = reason(said);
        boolean isDisturbed = said != null && said.isDisturbance();
        server.loop()
                .execute(
                        isDisturbed
                                ? () -> outcome.disturbed(server, why)
                                : () -> outcome.unprepared(server, why));
    }

    private static Refusal reason(@Nullable ServerFailure said) {
        return said != null
                ? said.refusal()
                : ProxyError.SETTING_REFUSED.refusal("the server refused the session's settings");
    }
}
