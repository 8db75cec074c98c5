package dev.weir.config;

/**
 * A part of Weir that depends on the configuration. RELOAD and SET first ask every part to prepare,
 * and change nothing unless all parts can.
 */
public interface Reloadable {
    /**
     * Reads and checks what {@code next} refers to, such as files. May block; changes nothing.
     *
     * @return the action that applies the change: it does not fail or block, and is run soon or
     *     never
     * @throws ConfigException with every reason why this part cannot work with {@code next}
     */
    Runnable prepare(Config next) throws ConfigException;
}
