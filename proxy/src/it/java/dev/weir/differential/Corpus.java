package dev.weir.differential;

import java.util.ArrayList;
import java.util.List;

/** All conversations. */
final class Corpus {
    static final List<Conversation> ALL = all();

    private Corpus() {}

    private static List<Conversation> all() {
        List<Conversation> all = new ArrayList<>();
        for (String text :
                List.of(
                        QueryCorpus.TEXT,
                        ExtendedCorpus.TEXT,
                        CopyCorpus.TEXT,
                        StateCorpus.TEXT,
                        ResetCorpus.TEXT,
                        ListenCorpus.TEXT,
                        RareCorpus.TEXT,
                        NamesCorpus.TEXT)) {
            all.addAll(Conversation.parse(text));
        }
        return List.copyOf(all);
    }
}
