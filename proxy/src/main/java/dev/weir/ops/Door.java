package dev.weir.ops;

import dev.weir.admin.Access;
import dev.weir.admin.ConsoleService;
import dev.weir.error.Refusal;
import dev.weir.login.PasswordLogin;
import dev.weir.login.Verdict;
import dev.weir.net.Origin;
import dev.weir.observe.Control;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates and authorizes requests: console users, by HTTP basic authentication. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617</a>
 */
final class Door {
    private static final String BASIC = "basic ";
    private static final String CHALLENGE = "Basic realm=\"weir\", charset=\"UTF-8\"";

    private static final Pattern HOST =
            Pattern.compile(
                    "(localhost|[0-9.]+|\\[[0-9a-f:.]+])(:[0-9]+)?", Pattern.CASE_INSENSITIVE);

    private final Control control;
    private final PasswordLogin login;

    Door(Control control, PasswordLogin login) {
        this.control = control;
        this.login = login;
    }

    /** Answers the requests of authenticated users. */
    interface Inside {
        CompletableFuture<Answer> answer(Asked asked, Access access, String user);
    }

    /** An endpoint for users with at least this access. */
    Endpoint guard(Access least, Inside inside) {
        return asked -> {
            Credentials given = Credentials.of(asked);
            if (given == null) {
                return done(
                        Answer.error(
                                        HttpResponseStatus.UNAUTHORIZED,
                                        "no user",
                                        "basic authentication, by a user in admin_users or"
                                                + " stats_users")
                                .with("www-authenticate", CHALLENGE));
            }
            Answer exposed = exposed(asked);
            if (exposed != null) {
                return done(exposed);
            }
            return login.check(asked.origin(), ConsoleService.DATABASE, given.user, given.password)
                    .thenCompose(verdict -> enter(verdict, least, inside, asked));
        };
    }

    /** The refusal of a request whose password others could see or use; null if none could. */
    static @Nullable Answer exposed(Asked asked) {
        if (!isPrivate(asked.origin())) {
            return Answer.error(
                    HttpResponseStatus.FORBIDDEN,
                    "a password in the clear, from another machine",
                    "TLS (ops_tls), or a client on this machine");
        }
        String host = asked.header("host");
        return asked.origin().isEncrypted() || isThisMachine(host)
                ? null
                : Answer.error(
                        HttpResponseStatus.FORBIDDEN,
                        "host \"" + host + "\", in the clear",
                        "localhost or an address, as a name may be made to lead here");
    }

    /** Whether nobody on a network can eavesdrop. */
    private static boolean isPrivate(Origin origin) {
        InetSocketAddress address = origin.address();
        return origin.isEncrypted() || address == null || address.getAddress().isLoopbackAddress();
    }

    /**
     * Whether the host is an address or localhost. Somebody else could make another name point to
     * this machine, and send requests from a page of that name (DNS rebinding).
     */
    private static boolean isThisMachine(@Nullable String host) {
        return host == null || HOST.matcher(host).matches();
    }

    private CompletableFuture<Answer> enter(
            Verdict<String> verdict, Access least, Inside inside, Asked asked) {
        switch (verdict) {
            case Verdict.Refused<String>(Refusal why) -> {
                return done(
                        Answer.error(HttpResponseStatus.UNAUTHORIZED, why.text(), hint(why))
                                .with("www-authenticate", CHALLENGE));
            }
            case Verdict.Granted<String>(String user) -> {
                Access access = Access.of(control.config(), user);
                if (access.compareTo(least) < 0) {
                    return done(
                            Answer.error(
                                    HttpResponseStatus.FORBIDDEN,
                                    "not allowed: user \"" + user + "\"",
                                    least == Access.ADMIN
                                            ? "a user in admin_users"
                                            : "a user in admin_users or stats_users"));
                }
                return inside.answer(asked, access, user);
            }
        }
    }

    private static String hint(Refusal why) {
        String hint = why.hint();
        return hint == null ? "the password of a user of the console" : hint;
    }

    private static CompletableFuture<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    /** A name and a password. */
    private record Credentials(String user, String password) {
        /** Those in a request; null if they are missing or malformed. */
        static @Nullable Credentials of(Asked asked) {
            String header = asked.header("authorization");
            if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
                return null;
            }
            try {
                byte[] bytes = Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
                String pair =
                        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)) + "";
                int colon = pair.indexOf(':');
                return colon <= 0 || pair.indexOf('\0') >= 0
                        ? null
                        : new Credentials(pair.substring(0, colon), pair.substring(colon + 1));
            } catch (IllegalArgumentException | CharacterCodingException _) {
                return null;
            }
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Credentials[" + user + "]";
        }
    }
}
