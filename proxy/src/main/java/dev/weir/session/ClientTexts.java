package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.sql.Access;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The texts that one client sends, looked up among those of its loop by the lexical rules of its
 * session. Each method borrows the buffer that contains the text.
 */
final class ClientTexts {
    private static final long SETS =
            StatementFacts.SETS_PARAMETERS
                    | StatementFacts.SETS_CUSTOM_LOCAL
                    | StatementFacts.RESETS_PARAMETERS;

    /** The effects of a text that is not known: it may do anything. */
    static final int UNKNOWN = StateEffects.OWN | StateEffects.SEQUENCES | StateEffects.SESSION;

    private final ClientParameters parameters;
    private final Texts texts;
    private final Supplier<@Nullable StateNames> names;
    private final boolean routes;
    private final boolean sharesCustom;

    /** The parameters from which {@link #rules} were derived. */
    private ParameterSet judged = ParameterSet.EMPTY;

    private LexicalRules rules = LexicalRules.STANDARD;

    /**
     * Uses {@code texts}, which all sessions of a loop share.
     *
     * @param names the names by which Weir judges what a text may leave; null if it does not judge
     *     that
     * @param routes whether the settings {@code weir.…} have a meaning
     * @param sharesCustom whether a custom setting made for a transaction may be left behind
     */
    ClientTexts(
            ClientParameters parameters,
            Texts texts,
            Supplier<@Nullable StateNames> names,
            boolean routes,
            boolean sharesCustom) {
        this.parameters = parameters;
        this.texts = texts;
        this.names = names;
        this.routes = routes;
        this.sharesCustom = sharesCustom;
    }

    /** The text of a Parse whose message ends at {@code end}. */
    Text parse(ByteBuf in, int start, int length, int end) {
        return texts.parse(in, start, length, end, rules());
    }

    /** The text of a Query that is about to run; null the first time it is seen. */
    @Nullable Text query(ByteBuf in, int start, int length) {
        return texts.query(in, start, length, rules());
    }

    /** The text for which {@link #query} has just returned null; null if it is too long. */
    @Nullable Text unkept() {
        return texts.unkept();
    }

    /** The facts of the text for which {@link #query} has just returned null. */
    StatementFacts facts() {
        return texts.facts();
    }

    /** The access that the text of a Query needs. */
    Access access(ByteBuf in, int start, int length) {
        return texts.access(in, start, length, rules());
    }

    /**
     * What the text of a Query may leave behind, as {@link StateEffects}.
     *
     * @param text what {@link #query} has just returned
     */
    int queryEffects(@Nullable Text text) {
        StateNames by = names.get();
        return by == null ? 0 : queryEffects(text, by);
    }

    /** What the text that {@link #query} has just returned may leave behind, by these names. */
    int queryEffects(@Nullable Text text, StateNames by) {
        return text == null ? texts.effects(by) : text.effects(by);
    }

    /** What a statement with this text may leave behind; null stands for an unknown text. */
    int effects(@Nullable Text text) {
        StateNames by = names.get();
        if (by == null) {
            return 0;
        }
        return text == null ? UNKNOWN : text.effects(by);
    }

    /** Remembers that a standby refused the text of a Query. */
    void refused(ByteBuf in, int start, int length) {
        texts.refused(in, start, length, rules());
    }

    /** Remembers that a standby refused the text of a Parse whose message ends at {@code end}. */
    void refused(ByteBuf in, int start, int length, int end) {
        texts.refused(in, start, length, end, rules());
    }

    /**
     * The flags of a text, without the changes of parameters that leave nothing behind. Changes to
     * Weir's own settings count as SET LOCAL, since the server's copy does not matter; SET LOCAL of
     * custom ones does not count where clients share these.
     */
    long flags(StatementFacts facts) {
        if (routes && facts.setsOnlyWeir()) {
            return facts.flags() & ~SETS | StatementFacts.SETS_LOCAL;
        }
        return sharesCustom ? facts.flags() & ~StatementFacts.SETS_CUSTOM_LOCAL : facts.flags();
    }

    private LexicalRules rules() {
        ParameterSet told = parameters.told();
        if (told != judged) {
            judged = told;
            rules =
                    LexicalRules.of(
                            told.get("standard_conforming_strings"), told.get("client_encoding"));
        }
        return rules;
    }
}
