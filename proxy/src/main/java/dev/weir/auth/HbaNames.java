package dev.weir.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The field of a rule that lists databases, or users. */
final class HbaNames {
    private enum Keyword implements Name {
        ALL,
        SAMEUSER,
        REPLICATION
    }

    /** The meaning of one word. */
    private sealed interface Name {}

    private record Literal(String name) implements Name {}

    private record Pattern(HbaPattern pattern) implements Name {}

    private final List<Name> names = new ArrayList<>();

    private HbaNames() {}

    /** The databases that {@code words} list; errors are passed to {@code wrong}. */
    static HbaNames databases(List<HbaToken> words, Consumer<String> wrong) {
        HbaNames list = new HbaNames();
        for (HbaToken word : words) {
            if (word.isKeyword("all")) {
                list.names.add(Keyword.ALL);
            } else if (word.isKeyword("sameuser")) {
                list.names.add(Keyword.SAMEUSER);
            } else if (word.isKeyword("replication")) {
                list.names.add(Keyword.REPLICATION);
            } else if (word.isKeyword("samerole") || word.isKeyword("samegroup")) {
                wrong.accept(
                        word.text()
                                + ": not supported, as Weir does not know who is a member of which"
                                + " role (expected: names, sameuser or all; a database of that name"
                                + " is written "
                                + word.shown()
                                + ")");
            } else {
                list.add(word, wrong);
            }
        }
        return list;
    }

    /** The users that {@code words} list; errors are passed to {@code wrong}. */
    static HbaNames users(List<HbaToken> words, Consumer<String> wrong) {
        HbaNames list = new HbaNames();
        for (HbaToken word : words) {
            if (word.isKeyword("all")) {
                list.names.add(Keyword.ALL);
            } else if (!word.quoted() && word.text().startsWith("+")) {
                wrong.accept(
                        word.text()
                                + ": not supported, as Weir does not know who is a member of which"
                                + " role (expected: names, @file or all; a user of that name is"
                                + " written "
                                + word.shown()
                                + ")");
            } else {
                list.add(word, wrong);
            }
        }
        return list;
    }

    private void add(HbaToken word, Consumer<String> wrong) {
        if (!word.isPattern()) {
            names.add(new Literal(word.text()));
            return;
        }
        try {
            names.add(new Pattern(HbaPattern.of(word)));
        } catch (IllegalArgumentException e) {
            wrong.accept(String.valueOf(e.getMessage()));
        }
    }

    /** Whether this list of databases contains the one that the client asks for. */
    boolean hasDatabase(HbaClient client) {
        for (Name name : names) {
            boolean has =
                    client.isReplication()
                            ? name == Keyword.REPLICATION
                            : has(name, client.database(), client.user());
            if (has) {
                return true;
            }
        }
        return false;
    }

    /** Whether this list of users contains {@code user}. */
    boolean hasUser(String user) {
        for (Name name : names) {
            if (has(name, user, user)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(Name entry, String name, String user) {
        return switch (entry) {
            case Keyword.ALL -> true;
            case Keyword.SAMEUSER -> name.equals(user);
            case Keyword.REPLICATION -> false;
            case Literal(String literal) -> literal.equals(name);
            case Pattern(HbaPattern pattern) -> pattern.isIn(name);
        };
    }
}
