package dev.weir.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests non-ASCII passwords against the secrets that PostgreSQL 18 made of them. */
class SaslPrepTest {
    record Sample(String password, String prepared, String secret, String why) {}

    static final List<Sample> SAMPLES =
            List.of(
                    new Sample(
                            "pencil",
                            "pencil",
                            "SCRAM-SHA-256$4096:4J9gasq2H2TesKbZoIei3g==$1QYD4BlEAgpSY7uhSTl1OB1wvVI1dPSO3DaMDvJl/tY=:6QuspElB0ANp5JMqPKETtVS5oKb/QH2HsVGI/Aexdd4=",
                            "ASCII"),
                    new Sample(
                            "I\u00adX",
                            "IX",
                            "SCRAM-SHA-256$4096:yTMD71XEoO68/8Jc06Ob+Q==$fpYH2Vm1ReHPMcUKl27hDEJ4OVhDZCo4ZalY7T+ur38=:6G2piQdUcu/ukskryHcHBhyRxo9VJZKRxY9KvbWxRLY=",
                            "a soft hyphen vanishes"),
                    new Sample(
                            "\u00aa",
                            "a",
                            "SCRAM-SHA-256$4096:RAirmj6CeTIvx9jxNr8xbw==$lOOYVmsRIPYPs9JZjdV48/BMHZ9wII9BSbYU0fNjW/8=:NIOB5WKqJCWJmZUMb65pfPwc5lKFyXoUhWvvgDr0Xwc=",
                            "a feminine ordinal becomes a letter"),
                    new Sample(
                            "\u2168",
                            "IX",
                            "SCRAM-SHA-256$4096:4yv6QkzoX7ntvxKsadi1cQ==$mZRC0I+b/W7QDDFJv65kYF9AQhU/qTL/Tqq1toRacQA=:SYzn+hTDnIaDPUsOMwKN7xsqJPRbrhNJOkaI9AOFrw4=",
                            "a Roman numeral becomes letters"),
                    new Sample(
                            "pass\u00a0word",
                            "pass word",
                            "SCRAM-SHA-256$4096:I9OwbA1Rep0UJcursasYcw==$jXTzj1GYcyFIhFurRGEOXoCIIiYiZI6XUi3vQW351UI=:Gavci8qh8jcI2mzISZpAO7Xbbv12+LQunSio/eLdXPY=",
                            "a no-break space becomes a space"),
                    new Sample(
                            "\u00adx",
                            "x",
                            "SCRAM-SHA-256$4096:j1meiMNDf939t+dnkn5zpQ==$894apyvh7zni8jDvVPTyWV7P/T7tHZ+Eg2IKTUkZx5k=:0gmLZU6arD68z35bMO2ozIkXITM+UnYCjcYvHOBWTuU=",
                            "a soft hyphen vanishes at the beginning, too"),
                    new Sample(
                            "\u00ad",
                            "\u00ad",
                            "SCRAM-SHA-256$4096:93qzqKi4imi5ouGbIB7MEQ==$Skm/bO0TQifqfPQq5oXT3GRB+9jeXsT6pmoAnC8H7g0=:PGI8Hhl6vvlDgcm8wgtV1Nq0f1iW/f5HgAoj389gBU8=",
                            "nothing would be left: raw"),
                    new Sample(
                            "a\u200bb",
                            "a b",
                            "SCRAM-SHA-256$4096:j8PDafko3PK787IMVJi0YA==$xtr7ZwHViu9hqKiazDXv1RbOQ9lPVNHefBWT36FG8VM=:GgL/d0XeW2ds2mC0JVQDaEl1FEA6KERPPWVCvC4iqMA=",
                            "a zero width space becomes a space"),
                    new Sample(
                            "\ud83d\ude00\u00aa",
                            "\ud83d\ude00\u00aa",
                            "SCRAM-SHA-256$4096:eauMaL7nuajiH6Vj0pmYzw==$Oxp+5UgyWb9HZC/BqC+d26v90quiAVplLUt3AymO3KE=:cf/VW9g5HvWdxN/DbcQxJ8xMLI0QbQFrA88r9BexzjY=",
                            "an emoji is unassigned: raw"),
                    new Sample(
                            "\u06271",
                            "\u06271",
                            "SCRAM-SHA-256$4096:d7FYAdYmQoD+LE8tfMb4rg==$RjJ743siaxQlvdnJeLTmNEnybWWXEWn0f/l57MFDog4=:q4wNaMcUshCrv5kcma4NNTOhHCKsIDZtD+FO78dufFs=",
                            "does not end right-to-left: raw"),
                    new Sample(
                            "\u0627\u0628\u00aa",
                            "\u0627\u0628\u00aa",
                            "SCRAM-SHA-256$4096:GqcXOkDvyHo03Yu5ihOueg==$s+uowF9XVF4AjRk0Wm7OGQtqmE08i1JufzUnRkzDTTc=:ufd+j3TowCk9Rmj+HxNk5zu2EK/HNpkchoZ+AV88+Rk=",
                            "mixed directions: raw"),
                    new Sample(
                            "\u0340x\u00aa",
                            "\u0340x\u00aa",
                            "SCRAM-SHA-256$4096:EXtd/fvoIKLzLraQzqFmbw==$b5cN3orp5E3I5lnHblHKr8UV+DWGW3qq0aPh8mMU0+8=:ygcQvzVo06ZrIIY0tvPrIkbuV6+qRKxb+PsTeJvBg8k=",
                            "a deprecated character: raw"),
                    new Sample(
                            "cafe\u0301",
                            "caf\u00e9",
                            "SCRAM-SHA-256$4096:7UoCSmxssa5vwQn6V3s0/Q==$2gi3QeYUZCbMKJqC2SpAVEDFnh/4udhB6ThdBdFkZuQ=:SGlSjXk1LZaO4SO8MuVmuQCbfsOtAMVH4807qX8Qj1k=",
                            "an accent joins its letter"),
                    new Sample(
                            "\u0007\u00aa",
                            "\u0007\u00aa",
                            "SCRAM-SHA-256$4096:GTiG1lOwNNYnFnazVyqOQg==$K3wJHcH/on+H+cLjQppctnRn58gKlqa4dciZmwK8MF8=:G/+tgtfpQZndRm61nd1DQZ7UKqhjjfMvjbXk7NZY0kg=",
                            "a control character: raw"),
                    new Sample(
                            "tab\there",
                            "tab\there",
                            "SCRAM-SHA-256$4096:kHYhTfvm03GNYe0I/sJQ+g==$3XkNOou4v2kY7khSxqyotvA3d0wLn3DLKrW/jrAWpnc=:bkK1oj0cKi8dw0WdRo30r2Xys2OZUmEMHd3jU5GnyRI=",
                            "ASCII passes, control characters included"),
                    new Sample(
                            "\ufb01x",
                            "fix",
                            "SCRAM-SHA-256$4096:By0Yi4SSBGQuPra1wTB16Q==$XYn1V+ketHuj0ohvoAnfbSyJIrZ7fXSIkZLXBgs3Fs8=:SDeqqITfa6UrC0OiqmqD3EHaC69yuPkO0sM8yta+UXk=",
                            "a ligature becomes letters"),
                    new Sample(
                            "\ue000\u00aa",
                            "\ue000\u00aa",
                            "SCRAM-SHA-256$4096:Syy3Wbkd7MFyWKQiGZr53w==$zn6d3HqH37jawtqwtolmNOlU81Pkoddi5F6dF5l0m2k=:Q+/rS4Q9ltbHaPWaBqj1p+tTeepySVk4Zsewvniy02I=",
                            "private use: raw"));

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void preparesPasswordsAsPostgresDoes(Sample sample) {
        assertThat(new String(SaslPrep.prepare(sample.password()), StandardCharsets.UTF_8))
                .as(sample.why())
                .isEqualTo(sample.prepared());
        ScramSecret secret = ScramSecret.parse(sample.secret());
        assertThat(secret).isNotNull();
        assertThat(ScramSecret.derive(sample.password(), secret.salt(), secret.iterations()))
                .as(sample.why())
                .isEqualTo(secret);
        assertThat(secret.format()).isEqualTo(sample.secret());
    }

    @Test
    void survivesEveryCharacter() {
        for (int c = 0x80; c <= Character.MAX_CODE_POINT; c += 0x11) {
            String password = Character.toString(c) + "\u0627\ud800";
            assertThat(SaslPrep.prepare(password)).isNotEmpty();
        }
    }
}
