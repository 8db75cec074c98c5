package dev.weir.login;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import java.util.function.Function;

/**
 * A decision about a client: it is granted something, or refused.
 *
 * @param <T> what is granted
 */
public sealed interface Verdict<T> {
    /** The client is granted {@code value}. */
    record Granted<T>(T value) implements Verdict<T> {}

    /** The client is refused, for the given reason. */
    record Refused<T>(Refusal why) implements Verdict<T> {}

    /** The same decision about what {@code change} makes of it. */
    default <U> Verdict<U> map(Function<T, U> change) {
        return switch (this) {
            case Granted<T>(T value) -> new Granted<>(change.apply(value));
            case Refused<T>(Refusal why) -> new Refused<>(why);
        };
    }

    static <T> Verdict<T> grant(T value) {
        return new Granted<>(value);
    }

    static <T> Verdict<T> refuse(Refusal why) {
        return new Refused<>(why);
    }

    static <T> Verdict<T> refuse(ProxyError error, Object... blanks) {
        return new Refused<>(error.refusal(blanks));
    }
}
