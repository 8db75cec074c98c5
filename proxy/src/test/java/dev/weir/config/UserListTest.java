package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class UserListTest {
    @Test
    void readsPgBouncersUsersFile() throws ConfigException {
        UserList users =
                UserList.parse(
                        "users",
                        """
                        ; a comment
                          "bob" "plain"

                        "md" "md5abc" "ignored" rest
                        "o""dd" "qu""o""te"
                        "none" ""
                        "bob"\t "later"\r
                        """);
        assertThat(users.secret("bob")).isEqualTo("later");
        assertThat(users.secret("md")).isEqualTo("md5abc");
        assertThat(users.secret("o\"dd")).isEqualTo("qu\"o\"te");
        assertThat(users.secret("none")).isEmpty();
        assertThat(users.secret("eve")).isNull();
        assertThat(users.users()).containsExactlyInAnyOrder("bob", "md", "o\"dd", "none");
        assertThat(users.toString()).isEqualTo("UserList[4 users]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    bob "x"     | no user (expected: "user" "secret")
                    # comment   | no user (expected: "user" "secret")
                    "bob        | no user (expected: "user" "secret")
                    "bob"       | no secret, or one that is not closed (expected: "user" "secret")
                    "bob" x     | no secret, or one that is not closed (expected: "user" "secret")
                    "bob" "hush | no secret, or one that is not closed (expected: "user" "secret")
                    "" "x"      | the user's name is empty or too long (expected: 1..127 bytes)
                    """)
    void saysWhatIsWrongWithoutTheSecret(String line, String expected) {
        assertThatThrownBy(() -> UserList.parse("users", "\"a\" \"b\"\n" + line))
                .isInstanceOf(ConfigException.class)
                .hasMessage("users:2: " + expected);
    }

    @Test
    void boundsTheLengths() throws ConfigException {
        String name = "n".repeat(127);
        String secret = "s".repeat(65_531);
        String line = "\"" + name + "\" \"" + secret + "\"";
        assertThat(UserList.parse("users", line).secret(name)).isEqualTo(secret);
        assertThatThrownBy(() -> UserList.parse("users", "\"n" + line.substring(1)))
                .hasMessage(
                        "users:1: the user's name is empty or too long (expected: 1..127 bytes)");
        assertThatThrownBy(() -> UserList.parse("users", line.replace("\"s", "\"ss")))
                .hasMessage("users:1: the secret is too long (expected: at most 65531 bytes)");
    }
}
