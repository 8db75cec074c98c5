package dev.weir.differential;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one or several clients say, line by line, and when they listen.
 *
 * <pre>
 * ## name [TRAIT TRAIT]     begins a conversation
 * Q sql                     Query                       P name | sql | oid,oid   Parse
 * B portal name | v | \N    Bind, values as text        E portal rows            Execute
 * D S name · D P portal     Describe                    C S name · C P portal    Close
 * S · H                     Sync, Flush                 F oid | 1 | 'bytes       FunctionCall
 * d data · c · f reason     CopyData, CopyDone, -Fail   x hex                    any bytes
 * &gt; ZZ                      reads up to the 2nd ReadyForQuery; any tags, in turn
 * &gt; end                     reads up to the end of the stream
 * startup name=value        logs in with it; must be the first line of its client
 * bye · reset               Terminate and close; RST
 * b: line                   said by client b; a is the default
 * </pre>
 *
 * <p>{@code ""} is the empty name, {@code {abc*3}} repeats, {@code \n} and {@code \t} are the
 * control characters, {@code {d}} is a schema of this conversation's own. What a client says leaves
 * in one write when it listens next.
 */
record Conversation(String name, Set<Trait> traits, List<Line> lines) {
    /** What restricts where a conversation can be held. */
    enum Trait {
        /** Has transactions of more than one message, so not in statement mode. */
        TX,
        /** Leaves state that pins a session, so its clients need a server connection each. */
        PIN,
        /** Two of its clients have a transaction open at the same time. */
        WIDE,
        /**
         * Resets settings to what the startup packet said. The server reports its own default
         * first, and Weir the client's value after that: ParameterStatus is not compared.
         */
        RESETS
    }

    /** One line: who, what, and the rest. */
    record Line(char client, String verb, String rest) {}

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether more than one client speaks. */
    boolean isDialogue() {
        return lines.stream().anyMatch(line -> line.client() != 'a');
    }

    /** All that is said. */
    String text() {
        return lines.stream().map(Line::rest).collect(Collectors.joining("\n"));
    }

    static List<Conversation> parse(String text) {
        List<Conversation> all = new ArrayList<>();
        for (String raw : text.split("\n", -1)) {
            String line = raw.strip();
            if (line.startsWith("## ")) {
                all.add(heading(line.substring(3)));
            } else if (!line.isEmpty()) {
                all.getLast().lines().add(line(line));
            }
        }
        return all;
    }

    private static Conversation heading(String text) {
        int bracket = text.indexOf('[');
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        if (bracket >= 0) {
            String list = text.substring(bracket + 1, text.indexOf(']'));
            for (String trait : list.split(" ", -1)) {
                traits.add(Trait.valueOf(trait.toUpperCase(Locale.ROOT)));
            }
        }
        String name = bracket < 0 ? text : text.substring(0, bracket);
        return new Conversation(name.strip(), traits, new ArrayList<>());
    }

    private static Line line(String text) {
        char client = 'a';
        String said = text;
        if (text.length() > 2 && text.charAt(1) == ':') {
            client = text.charAt(0);
            said = text.substring(2).strip();
        }
        int space = said.indexOf(' ');
        return space < 0
                ? new Line(client, said, "")
                : new Line(client, said.substring(0, space), said.substring(space + 1).strip());
    }

    @Override
    public String toString() {
        return name;
    }
}
