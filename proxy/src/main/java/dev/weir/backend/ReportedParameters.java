package dev.weir.backend;

import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The parameters that a server has reported by ParameterStatus. */
final class ReportedParameters {
    /** The reported parameters that no client can change. */
    private static final Set<String> SERVERS_OWN =
            Set.of(
                    "server_version",
                    "server_encoding",
                    "integer_datetimes",
                    ParameterSet.IN_HOT_STANDBY);

    private ParameterSet now;
    private ParameterSet toldAtLogin;
    private @Nullable Consumer<ParameterSet> onGreetingChange;

    /** Starts with the parameters reported at the login. */
    ReportedParameters(ParameterSet atLogin) {
        this.now = atLogin;
        this.toldAtLogin = atLogin;
    }

    /** The parameters as last reported. */
    ParameterSet now() {
        return now;
    }

    /** Keeps {@code same}, which equals {@link #now}, instead. */
    void now(ParameterSet same) {
        assert same.equals(now);
        now = same;
    }

    /** The server reports a parameter. */
    void learn(String name, String value) {
        now = now.with(name, value);
        if (SERVERS_OWN.contains(name)) {
            toldAtLogin = toldAtLogin.with(name, value);
            Consumer<ParameterSet> told = onGreetingChange;
            if (told != null) {
                told.accept(toldAtLogin);
            }
        }
    }

    /** The parameters as reported at the login, with what the server has changed since. */
    ParameterSet toldAtLogin() {
        return toldAtLogin;
    }

    /** Tells {@code told} when {@link #toldAtLogin} changes. */
    void whenGreetingChanges(Consumer<ParameterSet> told) {
        onGreetingChange = told;
    }
}
