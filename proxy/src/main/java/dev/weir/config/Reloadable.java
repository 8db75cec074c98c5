package dev.weir.config;

/**
 * A part of Weir that lives by the configuration. RELOAD and SET ask every part to prepare, and
 * change nothing unless all of them can.
 */
public interface Reloadable {
    /**
     * Reads what {@code next} names, such as files, and checks it. May block; changes nothing.
     *
     * @return the change: it does not fail, does not block, and runs soon or never
     * @throws ConfigException with everything for which this part cannot live by {@code next}
     */
    Runnable prepare(Config next) throws ConfigException;
}
