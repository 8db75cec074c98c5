package dev.weir.sql;

/** What has to be done about a session after a text has run in it; mildest first. */
public enum StateClass {
    /** Nothing: it leaves nothing behind. */
    CLEAN,

    /**
     * Ask the server: the client may have changed state that is kept for it; {@link StatementFacts}
     * tells which.
     */
    KEEP,

    /** Wipe the session before another client uses it: it may hold anything that a wipe removes. */
    WIPE,

    /** Close the connection when the client leaves: it may hold what a wipe does not remove. */
    TAINT;

    /** The class of a text with these {@link StateEffects}. */
    public static StateClass of(int effects) {
        if ((effects & StateEffects.TAINTS) != 0) {
            return TAINT;
        } else if ((effects & (StateEffects.SESSION | StateEffects.SEQUENCES)) != 0) {
            return WIPE;
        }
        return (effects & StateEffects.OWN) != 0 ? KEEP : CLEAN;
    }
}
