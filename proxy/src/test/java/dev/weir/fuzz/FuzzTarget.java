package dev.weir.fuzz;

import java.util.List;

/** Something that reads any bytes: it takes them or says what is wrong, and throws nothing else. */
public interface FuzzTarget {
    /** As of an enum. */
    String name();

    /** Reads {@code input}; whatever it throws is a finding. */
    void run(byte[] input);

    /** Inputs that it takes, to begin with. */
    List<byte[]> seeds();

    /** How the fuzzer and the folder of findings call it, such as {@code LoginFuzz.OPTIONS}. */
    default String title() {
        return getClass().getSimpleName().isEmpty()
                ? getClass().getSuperclass().getSimpleName() + "." + name()
                : getClass().getSimpleName() + "." + name();
    }
}
