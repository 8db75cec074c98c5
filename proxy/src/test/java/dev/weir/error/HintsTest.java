package dev.weir.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Setting;
import dev.weir.config.Settings;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the hints of the table promise. */
@NullMarked
final class HintsTest {
    private static final Pattern NAME = Pattern.compile("[a-z]+(_[a-z]+)+");

    private static final Set<String> SETTINGS =
            Settings.ALL.stream().map(Setting::name).collect(Collectors.toSet());

    /** Nobody can do anything about these, or their text says what to do. */
    private static final Set<ProxyError> UNADVISED =
            EnumSet.of(
                    ProxyError.PROTOCOL_VIOLATION,
                    ProxyError.QUERY_CANCELED,
                    ProxyError.SERVER_PROTOCOL_VIOLATION,
                    ProxyError.ADMIN_SHUTDOWN,
                    ProxyError.DATABASE_REMOVED,
                    ProxyError.ADMIN_FORCED_DISCONNECT,
                    ProxyError.SERVER_SHUTTING_DOWN,
                    ProxyError.CONSOLE_DUPLICATE_STATEMENT,
                    ProxyError.CONSOLE_NO_SUCH_STATEMENT,
                    ProxyError.CONSOLE_NO_SUCH_PORTAL,
                    ProxyError.CONSOLE_QUERY_TOO_LONG,
                    ProxyError.CONSOLE_INVALID_COMMAND,
                    ProxyError.CONSOLE_NOT_PAUSED,
                    ProxyError.CONSOLE_NOT_HELD,
                    ProxyError.CONSOLE_DATABASE_NOT_PAUSED,
                    ProxyError.CONSOLE_SHUTTING_DOWN,
                    ProxyError.CONSOLE_OWN_DATABASE,
                    ProxyError.CONSOLE_RELOAD_FAILED,
                    ProxyError.INTERNAL);

    @ParameterizedTest
    @EnumSource
    void adviseWhereSomebodyCanAct(ProxyError error) {
        assertThat(error.hint() == null).isEqualTo(UNADVISED.contains(error));
    }

    @ParameterizedTest
    @EnumSource
    void areWholeSentences(ProxyError error) {
        String hint = error.hint();
        if (hint != null) {
            assertThat(hint).matches("[A-Z].*\\.").doesNotContain("%");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nameSettingsThatThereAre(ProxyError error) {
        String hint = error.hint() == null ? "" : error.hint();
        List<String> named = NAME.matcher(hint).results().map(MatchResult::group).toList();
        assertThat(SETTINGS).containsAll(named);
    }

    /** A text that is no more than the name of a setting says too little by itself. */
    @ParameterizedTest
    @EnumSource
    void nameTheSettingThatTheTextNames(ProxyError error) {
        if (SETTINGS.contains(error.template())) {
            assertThat(error.hint()).contains(error.template());
        }
    }
}
