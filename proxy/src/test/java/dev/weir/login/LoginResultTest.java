package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.error.ProxyError;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How refused attempts to log in are counted. */
@NullMarked
final class LoginResultTest {
    @ParameterizedTest
    @CsvSource({
        "AUTHENTICATION_FAILED, AUTHENTICATION",
        "METHOD_FAILED, AUTHENTICATION",
        "NO_CLIENT_CERTIFICATE, AUTHENTICATION",
        "NO_USER, AUTHENTICATION",
        "NO_SUCH_DATABASE, NO_DATABASE",
        "TOO_MANY_CLIENTS, LIMIT",
        "TOO_MANY_FAILED_LOGINS, LIMIT",
        "TOO_MANY_LOGIN_CONNECTIONS, LIMIT",
        "LOGIN_TIMEOUT, TIMEOUT",
        "SSL_REQUIRED, PROTOCOL",
        "PROTOCOL_VIOLATION, PROTOCOL",
        "UNSUPPORTED_PROTOCOL, PROTOCOL",
        "INVALID_OPTIONS, PROTOCOL",
        "USER_LOOKUP_FAILED, UNAVAILABLE",
        "SERVER_SHUTTING_DOWN, UNAVAILABLE"
    })
    void tellsWhoseFaultItIs(ProxyError error, LoginResult result) {
        assertThat(LoginResult.of(error.refusal("a", "b", "c", "d"))).isEqualTo(result);
    }
}
