package dev.weir.sql;

import static dev.weir.sql.StateEffects.DELETES;
import static dev.weir.sql.StateEffects.INSERTS;
import static dev.weir.sql.StateEffects.SESSION;
import static dev.weir.sql.StateEffects.UPDATES;

import java.util.HashSet;
import java.util.Set;

/**
 * Reads the body of a PL/pgSQL function: every name and operator in it, and the first word of every
 * statement, which must be one of {@link #HARMLESS} or begin an assignment. An EXECUTE may do
 * anything.
 */
final class PlpgsqlCheck {
    /*
     * A statement begins at the start of the body and after ; BEGIN THEN ELSE LOOP <<label>> — but
     * not in the declarations between DECLARE and BEGIN, in parentheses, or after the THEN and ELSE
     * of a CASE expression, that is, of a CASE that does not begin a statement, up to its END.
     *
     * The THEN of a MERGE comes before INSERT, UPDATE, DELETE or DO NOTHING, which are harmless.
     */

    private static final Set<Integer> HARMLESS =
            hashes(
                    """
                    abort assert begin call case close commit continue declare delete do else elseif
                    elsif end exception exit explain fetch for foreach get if insert lock loop merge
                    move notify null open perform raise release return rollback savepoint select
                    show table update values when while with\
                    """);

    /** The first words of all other commands. */
    private static final Set<Integer> COMMANDS =
            hashes(
                    """
                    alter analyse analyze checkpoint cluster comment copy create deallocate discard
                    do drop execute grant import listen load prepare reassign refresh reindex reset
                    revoke security set start truncate unlisten vacuum\
                    """);

    private static final int NOTHING = NameHash.ofName("nothing");

    private final Lexer lexer = new Lexer();
    private final StateTally tally = new StateTally(lexer);
    private final SetCheck set = new SetCheck(lexer, tally);

    private boolean atStart;
    private boolean declares;
    private int depth;

    /** How many CASE expressions are open. */
    private int cases;

    private Keyword before = Keyword.NONE;

    private static Set<Integer> hashes(String words) {
        Set<Integer> hashes = new HashSet<>();
        for (String word : words.split("\\s+", -1)) {
            hashes.add(NameHash.ofName(word));
        }
        return hashes;
    }

    RoutineState routine(byte[] body, int length, boolean standardStrings) {
        lexer.reset(body, standardStrings);
        tally.collect(length);
        atStart = true;
        for (Token token = lexer.next(); token != Token.END; token = lexer.next()) {
            look(token);
        }
        if (lexer.unterminated() || lexer.end() < length) {
            tally.add(SESSION);
        }
        return new RoutineState(tally.effects(), tally.occasions(), tally.collected());
    }

    private void look(Token token) {
        switch (token) {
            case WORD -> word();
            case QUOTED_NAME, UNICODE_NAME -> {
                tally.name();
                atStart = false;
                before = Keyword.NONE;
            }
            case SEMICOLON -> {
                atStart = !declares;
                cases = 0;
                depth = 0;
            }
            case OPEN -> {
                depth++;
                atStart = false;
            }
            case CLOSE -> depth--;
            case EQUALS, OTHER -> symbol();
            default -> atStart = false;
        }
    }

    /** An operator, or a label or option where a statement may begin. */
    private void symbol() {
        byte first = lexer.bytes()[lexer.start()];
        if (atStart && first == '<') {
            while (lexer.peek() != Token.END && lexer.bytes()[lexer.start()] != '>') {
                lexer.next();
            }
            lexer.next();
        } else if (atStart && first == '#') {
            lexer.next(); // #variable_conflict use_column
            lexer.next();
        } else {
            tally.operator();
            atStart = false;
        }
    }

    private void word() {
        Keyword word = lexer.keyword();
        boolean starts = atStart;
        atStart = false;
        if (starts) {
            statement(word);
        }
        inner(word, starts);
        tally.name();
        before = word;
    }

    /** The current word begins a statement. */
    private void statement(Keyword word) {
        if (isAssigned()) {
            return;
        }
        if (word == Keyword.SET) {
            set.read();
        } else if (word == Keyword.DO) {
            if (!isNothing()) {
                tally.add(SESSION);
            }
        } else if (!HARMLESS.contains(NameHash.of(lexer.bytes(), lexer.start(), lexer.end()))) {
            tally.add(SESSION);
        }
    }

    /** Whether the current word begins an assignment. */
    private boolean isAssigned() {
        byte next = lexer.bytes()[lexer.peekStart()];
        return next == '.' || next == '=' || next == ':' || next == '[';
    }

    /** DO NOTHING, of a MERGE. */
    private boolean isNothing() {
        return peeked() == NOTHING;
    }

    /** The number of the word after the current one. */
    private int peeked() {
        byte[] bytes = lexer.bytes();
        int start = lexer.peekStart();
        int end = start;
        while (ByteClass.inWord(bytes[end])) {
            end++;
        }
        return NameHash.of(bytes, start, end);
    }

    private void inner(Keyword word, boolean starts) {
        switch (word) {
            case EXECUTE -> tally.add(SESSION);
            case DECLARE -> declares |= starts;
            case BEGIN -> {
                declares = false;
                begins();
            }
            case LOOP -> begins();
            case THEN, ELSE -> {
                if (cases == 0) {
                    begins();
                } else if (COMMANDS.contains(peeked())) {
                    tally.add(SESSION); // what was taken for a CASE may be a name: r.case
                }
            }
            case CASE -> {
                if (!starts && before != Keyword.END) {
                    cases++;
                }
            }
            case END -> cases = Math.max(0, cases - 1);
            case INSERT, DEFAULT -> tally.occasion(INSERTS);
            case UPDATE -> {
                if (before != Keyword.FOR && before != Keyword.KEY) {
                    tally.occasion(UPDATES);
                }
            }
            case DELETE -> tally.occasion(DELETES);
            case MERGE -> tally.occasion(INSERTS | UPDATES | DELETES);
            case PG_TEMP_ -> tally.add(SESSION);
            default -> {}
        }
    }

    private void begins() {
        if (depth <= 0 && !declares) {
            atStart = true;
        }
    }
}
