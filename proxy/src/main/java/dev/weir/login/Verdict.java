package dev.weir.login;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;

/**
 * What was decided about a client: it gets something, or is refused.
 *
 * @param <T> what it gets
 */
public sealed interface Verdict<T> {
    /** It gets {@code value}. */
    record Granted<T>(T value) implements Verdict<T> {}

    /** It is to be told why not. */
    record Refused<T>(Refusal why) implements Verdict<T> {}

    static <T> Verdict<T> grant(T value) {
        return new Granted<>(value);
    }

    static <T> Verdict<T> refuse(ProxyError error, Object... blanks) {
        return new Refused<>(error.refusal(blanks));
    }
}
