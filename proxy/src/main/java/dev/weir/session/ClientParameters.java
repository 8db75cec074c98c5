package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ParseSettings;
import dev.weir.backend.ServerConnection;
import dev.weir.protocol.BackendMessages;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The parameters of one client: those that it has set, and those that it was told. */
final class ClientParameters {
    /** The longest name that PostgreSQL keeps. */
    private static final int NAME_BYTES_MAX = 63;

    private static final String APPLICATION_NAME = "application_name";

    private final ParameterSet startup;
    private ParameterSet desired;
    private ParameterSet told = ParameterSet.EMPTY;
    private ParseSettings parseSettings = ParseSettings.NONE;
    private ParameterSet resetValues = ParameterSet.EMPTY;

    /** Starts with the parameters of the startup packet. */
    ClientParameters(ParameterSet startup) {
        this.startup = startup;
        this.desired = startup;
    }

    /** Those of the startup packet. */
    ParameterSet startup() {
        return startup;
    }

    ParameterSet desired() {
        return desired;
    }

    /**
     * The startup parameters that make a difference: a connection is best opened with them. Empty
     * unless they have been compared.
     */
    ParameterSet resetValues() {
        return resetValues;
    }

    /**
     * Finds out which startup parameters make a difference, once the client has been welcomed.
     *
     * @param greeting what a server reports to others; null if that is not known
     */
    void compare(@Nullable ParameterSet greeting) {
        ParameterSet all = startup.without(APPLICATION_NAME);
        for (String name : startup.names()) {
            String others = greeting == null ? null : greeting.get(name);
            boolean isSame = others != null && others.equals(told.get(name));
            if (isSame || !ParameterSet.isForStartup(name)) {
                all = all.without(name);
            }
        }
        resetValues = all.isEmpty() ? ParameterSet.EMPTY : all;
    }

    /** The reported parameters, as the client was last told them. */
    ParameterSet told() {
        return told;
    }

    /** The settings that decide the meaning of a Parse while the client holds no connection. */
    ParameterSet parseSettings() {
        parseSettings = parseSettings.now(told, desired);
        return parseSettings.values();
    }

    /** What distinguishes the welcome of one client from that of others in its pool. */
    ParameterSet welcomeKey() {
        String name = startup.get(APPLICATION_NAME);
        return name == null || isPlain(name) ? startup.without(APPLICATION_NAME) : startup;
    }

    /** Whether every server reports a name just as it was given. */
    private static boolean isPlain(String name) {
        if (name.length() > NAME_BYTES_MAX) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 32 || c > 126) {
                return false;
            }
        }
        return true;
    }

    /** The last application_name that the client was told, or asked for; null if none. */
    @Nullable String applicationName() {
        String reported = told.get(APPLICATION_NAME);
        return reported == null ? startup.get(APPLICATION_NAME) : reported;
    }

    /** Writes the parameters for a new client, from those a server reported to one like it. */
    void welcome(ParameterSet reported, ByteBuf out) {
        told = reported;
        String name = startup.get(APPLICATION_NAME);
        if (name != null && isPlain(name)) {
            told = reported.with(APPLICATION_NAME, name);
        }
        told.forEach((parameter, value) -> BackendMessages.parameterStatus(out, parameter, value));
    }

    /** The SQL that gives the server the client's parameters; null if it has them. */
    @Nullable String difference(ServerConnection server) {
        ParameterSet given = server.given();
        if (given == desired) {
            return null;
        }
        if (given.equals(desired)) {
            desired = given.shared(desired);
            server.given(desired);
            return null;
        }
        return given.statementsTo(desired);
    }

    /** Whether the client was told everything that the server reports. */
    boolean isTold(ServerConnection server) {
        ParameterSet reported = server.reported();
        if (reported == told) {
            return true;
        }
        if (reported.equals(told)) {
            told = reported.shared(told);
            server.reported(told);
            return true;
        }
        return false;
    }

    /** Writes the reported parameters that differ from what the client was last told. */
    void tell(ServerConnection server, ByteBuf out) {
        ParameterSet reported = server.reported();
        ParameterSet before = told;
        reported.forEach((name, value) -> {
            if (!value.equals(before.get(name))) {
                BackendMessages.parameterStatus(out, name, value);
            }
        });
        told = reported;
    }

    /**
     * The server reports a parameter.
     *
     * @param injected whether a query of Weir's own changed it
     * @return whether the client is to be told
     */
    boolean changed(String name, String value, boolean injected) {
        if (value.equals(told.get(name))) {
            return !injected;
        }
        told = told.with(name, value);
        return true;
    }

    /**
     * Learns from the server what is set now. To the client, RESET means its startup value: what is
     * missing is set again at the next lease. A custom setting is then not missing, but empty: it
     * is set again if RESET is to restore it.
     *
     * @param mayBeReset whether a text was run that may have reset something
     */
    void learned(ParameterSet now, boolean mayBeReset) {
        ParameterSet whole = now;
        for (String name : resetValues.names()) {
            if (mayBeReset && ParameterSet.isCustom(name) && "".equals(now.get(name))) {
                whole = whole.without(name);
            }
        }
        whole = whole.withMissing(startup);
        if (!whole.equals(desired)) {
            desired = whole;
        }
    }
}
