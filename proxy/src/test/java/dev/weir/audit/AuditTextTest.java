package dev.weir.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.LexicalRules;
import dev.weir.sql.Text;
import dev.weir.sql.Texts;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class AuditTextTest {
    private static Text text(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        var texts = new Texts(1);
        texts.query(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexicalRules.STANDARD);
        return Objects.requireNonNull(texts.unkept());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select 'a' | false | true | select $1",
                "select 'a' | true | true | select 'a'",
                "select 'a' | true | false | select 'a'",
                "alter role a password 'x' superuser | true | true"
                        + " | alter role a password $1 superuser",
                "alter role a password x superuser | true | false | alter role a password …",
                "alter role a PassWord \"x\" | false | false | alter role a PassWord …",
                "create user mapping for a server s options (password 'x') | true | true"
                        + " | create user mapping for a server s options (password $1)",
                "select crypt('x', 'secret') | true | true | select crypt($1, $2)",
                "do $$alter role a password 'x'$$ | true | true | do $1"
            })
    void showsNoSecret(String sql, boolean hasLiterals, boolean isUnderstood, String shown) {
        assertThat(AuditText.of(text(sql), hasLiterals, isUnderstood)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PAUSE app | PAUSE app",
                "set auth_query = 'x' | set auth_query = …",
                "SET client_tls_key_passphrase=x | SET client_tls_key_passphrase= …",
                "SET client_tls_key_passphrase TO x | SET client_tls_key_passphrase TO …",
                "set auth_ldap_options x=y | set auth_ldap_options …",
                "SETT client_tls_key_passphrase=x | SETT client_tls_key_passphrase …",
                "ALTER ROLE a PASSWORD x | ALTER ROLE a PASSWORD …",
                "SWITCHOVER app TO '10.0.0.1:5432' | SWITCHOVER app TO '…'",
                "FLY 'a''b | FLY '…'"
            })
    void showsNoSecretOfACommand(String command, String shown) {
        assertThat(AuditText.ofCommand(command)).isEqualTo(shown);
    }

    @Test
    void takesALineOfACommandForOneCommand() {
        assertThat(AuditText.ofCommand("SET\nx =\n'y\nz'")).isEqualTo("SET\nx = …");
    }
}
