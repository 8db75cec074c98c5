package dev.weir.ops;

import dev.weir.admin.Access;
import dev.weir.admin.ConsoleService;
import dev.weir.auth.Tokens;
import dev.weir.error.Refusal;
import dev.weir.login.HttpLogin;
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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates and authorizes requests: users of the console, by HTTP basic authentication, and
 * holders of tokens. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617</a>, and for tokens <a
 *     href="https://www.rfc-editor.org/rfc/rfc6750">RFC 6750</a>
 */
final class Door {
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";
    private static final String BAD_TOKEN = "Bearer realm=\"weir\", error=\"invalid_token\"";
    private static final String CHALLENGE = "Basic realm=\"weir\", charset=\"UTF-8\"";

    private static final Pattern HOST =
            Pattern.compile(
                    "(localhost|[0-9.]+|\\[[0-9a-f:.]+])(:[0-9]+)?", Pattern.CASE_INSENSITIVE);

    private final Control control;
    private final HttpLogin login;

    Door(Control control, HttpLogin login) {
        this.control = control;
        this.login = login;
    }

    /** Answers the requests of authenticated users. */
    interface Inside {
        CompletableFuture<Answer> answer(Asked asked, Visitor visitor);
    }

    /** An endpoint for users with at least this access. */
    Endpoint guard(Access least, Inside inside) {
        return asked -> {
            Credentials given = Credentials.of(asked);
            String token = login.knowsTokens() ? proof(asked, BEARER) : null;
            if (given == null && token == null) {
                return done(
                        Answer.error(
                                        HttpResponseStatus.UNAUTHORIZED,
                                        "no user",
                                        "basic authentication, by a user in admin_users or"
                                                + " stats_users, or a token of"
                                                + " ops_tokens_file")
                                .with("www-authenticate", CHALLENGE));
            }
            Answer exposed = exposed(asked);
            if (exposed != null) {
                return done(exposed);
            }
            boolean isToken = given == null;
            return (given == null
                            ? byToken(asked, String.valueOf(token))
                            : byPassword(asked, given))
                    .thenCompose(verdict ->
                            switch (verdict) {
                                case Verdict.Refused<Visitor>(Refusal why) ->
                                        done(refused(why, isToken));
                                case Verdict.Granted<Visitor>(Visitor visitor) ->
                                        enter(visitor, least, inside, asked);
                            });
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

    private CompletableFuture<Verdict<Visitor>> byPassword(Asked asked, Credentials given) {
        return login.check(asked.origin(), ConsoleService.DATABASE, given.user, given.password)
                .thenApply(verdict ->
                        verdict.map(
                                user -> visitor(user, () -> Access.of(control.config(), user))));
    }

    private CompletableFuture<Verdict<Visitor>> byToken(Asked asked, String token) {
        return login.checkToken(asked.origin(), ConsoleService.DATABASE, token)
                .thenApply(verdict ->
                        verdict.map(holder ->
                                visitor(
                                        "token:" + holder.name(),
                                        () -> access(login.holder(token)))));
    }

    private static Visitor visitor(String name, Supplier<Access> access) {
        return new Visitor(name, access.get(), access);
    }

    private static Access access(Tokens.@Nullable Holder holder) {
        if (holder == null) {
            return Access.NONE;
        }
        return holder.isAdmin() ? Access.ADMIN : Access.STATS;
    }

    private static CompletableFuture<Answer> enter(
            Visitor visitor, Access least, Inside inside, Asked asked) {
        if (visitor.access().compareTo(least) < 0) {
            return done(
                    Answer.error(
                            HttpResponseStatus.FORBIDDEN,
                            "not allowed: user \"" + visitor.name() + "\"",
                            least == Access.ADMIN
                                    ? "a user in admin_users"
                                    : "a user in admin_users or stats_users"));
        }
        return inside.answer(asked, visitor);
    }

    private static Answer refused(Refusal why, boolean isToken) {
        String hint = why.hint();
        return Answer.error(
                        HttpResponseStatus.UNAUTHORIZED,
                        why.text(),
                        hint == null ? "the password of a user of the console" : hint)
                .with("www-authenticate", isToken ? BAD_TOKEN : CHALLENGE);
    }

    private static CompletableFuture<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    /** What a request proves its right with, by this scheme; null if it does not. */
    private static @Nullable String proof(Asked asked, String scheme) {
        String header = asked.header("authorization");
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(scheme)) {
            return null;
        }
        String proof = header.substring(scheme.length()).strip();
        return proof.isEmpty() ? null : proof;
    }

    /** A name and a password. */
    private record Credentials(String user, String password) {
        /** Those in a request; null if they are missing or malformed. */
        static @Nullable Credentials of(Asked asked) {
            String inBase64 = proof(asked, BASIC);
            if (inBase64 == null) {
                return null;
            }
            try {
                byte[] bytes = Base64.getDecoder().decode(inBase64);
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
