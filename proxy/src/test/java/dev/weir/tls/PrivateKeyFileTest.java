package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys in every form, as OpenSSL 3.0 wrote them; their passphrase is "open sesame". */
class PrivateKeyFileTest {
    private static final String PASSPHRASE = "open sesame";

    @TempDir private Path directory;

    private static String file(String name) {
        return "src/test/resources/tls/" + name + ".key";
    }

    @ParameterizedTest
    @CsvSource({
        "rsa-pkcs8, RSA",
        "rsa-pkcs1, RSA",
        "rsa-pkcs1-aes, RSA",
        "rsa-pkcs1-3des, RSA",
        "rsa-pkcs8-aes, RSA",
        "ec-pkcs8, EC",
        "ec-sec1, EC",
        "ec-sec1-parameters, EC",
        "ec-sec1-aes, EC",
        "ec-pkcs8-aes, EC",
        "ed25519-pkcs8, EdDSA",
    })
    void readsEveryFormOfAKey(String name, String algorithm) throws InvalidTls {
        assertThat(PrivateKeyFile.read(file(name), PASSPHRASE).getAlgorithm()).isEqualTo(algorithm);
    }

    @ParameterizedTest
    @CsvSource({"rsa-pkcs8, rsa-pkcs1-aes", "ec-pkcs8, ec-sec1-aes", "rsa-pkcs8, rsa-pkcs8-aes"})
    void findsTheSameKeyInAnotherForm(String one, String other) throws InvalidTls {
        assertThat(secret(PrivateKeyFile.read(file(one), "")))
                .isEqualTo(secret(PrivateKeyFile.read(file(other), PASSPHRASE)));
    }

    private static BigInteger secret(PrivateKey key) {
        return key instanceof ECPrivateKey ec
                ? ec.getS()
                : ((RSAPrivateKey) key).getPrivateExponent();
    }

    @ParameterizedTest
    @CsvSource({"rsa-pkcs1-aes", "rsa-pkcs8-aes", "ec-sec1-aes"})
    void saysThatThePassphraseIsWrongOrMissing(String name) {
        assertThatThrownBy(() -> PrivateKeyFile.read(file(name), ""))
                .hasMessageEndingWith(": the key is encrypted, and there is no passphrase");
        assertThatThrownBy(() -> PrivateKeyFile.read(file(name), "shibboleth"))
                .hasMessageEndingWith("the passphrase does not open the key")
                .hasMessageNotContaining("shibboleth");
    }

    @Test
    void saysWhatIsWrongWithAFile() throws Exception {
        Path file = directory.resolve("a.key");
        assertThatThrownBy(() -> PrivateKeyFile.read(file.toString(), ""))
                .hasMessage("cannot read \"" + file + "\": no such file");
        Files.writeString(file, "hello\n");
        assertThatThrownBy(() -> PrivateKeyFile.read(file.toString(), ""))
                .hasMessageContaining("no private key (expected: a PEM block PRIVATE KEY");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        assertThatThrownBy(() -> PrivateKeyFile.read(file.toString(), ""))
                .hasMessageContaining("PRIVATE KEY without its END line");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PrivateKeyFile.read(file.toString(), ""))
                .hasMessageContaining("not a key of RSA, EC or Ed25519");
    }
}
