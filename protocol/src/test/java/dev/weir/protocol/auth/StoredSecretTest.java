package dev.weir.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredSecretTest {
    private static final ScramSecret SCRAM = ScramSecret.derive("pencil", new byte[] {1}, 2);

    @Test
    void tellsTheKindsApart() {
        String md5 = Md5.secret("me", "pencil");
        assertThat(StoredSecret.parse(md5)).isEqualTo(new StoredSecret.Md5(md5));
        assertThat(StoredSecret.parse(SCRAM.format())).isEqualTo(new StoredSecret.Scram(SCRAM));
        assertThat(StoredSecret.parse("pencil")).isEqualTo(new StoredSecret.Plain("pencil"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "md5", "md5cafe", "SCRAM-SHA-256$4096:oops", "SCRAM-SHA-256$"})
    void takesWhatOnlyResemblesASecretForAPassword(String text) {
        StoredSecret secret = StoredSecret.parse(text);
        assertThat(secret).isEqualTo(new StoredSecret.Plain(text));
        assertThat(secret.accepts("me", text)).isTrue();
    }

    @Test
    void acceptsThePasswordAndNoOther() {
        for (String stored : new String[] {"pencil", Md5.secret("me", "pencil"), SCRAM.format()}) {
            StoredSecret secret = StoredSecret.parse(stored);
            assertThat(secret.accepts("me", "pencil")).as(stored).isTrue();
            assertThat(secret.accepts("me", "pencils")).as(stored).isFalse();
            assertThat(secret.accepts("me", "")).as(stored).isFalse();
        }
        assertThat(StoredSecret.parse(Md5.secret("me", "x")).accepts("you", "x")).isFalse();
    }

    @Test
    void doesNotAcceptTheStoredTextItself() {
        String md5 = Md5.secret("me", "pencil");
        assertThat(StoredSecret.parse(md5).accepts("me", md5)).isFalse();
        assertThat(StoredSecret.parse(SCRAM.format()).accepts("me", SCRAM.format())).isFalse();
    }

    @Test
    void isNotPrinted() {
        assertThat(StoredSecret.parse("pencil")).hasToString("Plain");
        assertThat(StoredSecret.parse(Md5.secret("me", "pencil"))).hasToString("Md5");
        assertThat(StoredSecret.parse(SCRAM.format())).hasToString("Scram");
    }
}
