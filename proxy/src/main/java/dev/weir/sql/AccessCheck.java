package dev.weir.sql;

import dev.weir.sql.Access.Hint;
import dev.weir.sql.Access.Kind;
import dev.weir.sql.Access.Veto;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out what a text needs from the node that runs it, in one pass over its tokens. A text that
 * it does not understand is not a read.
 */
final class AccessCheck {
    /*
     * A statement is a read if its first word begins a query (or EXPLAIN, or COPY … TO STDOUT of
     * one) and no later word can write: INTO, a locking clause, INSERT, UPDATE, DELETE or MERGE as
     * anything but a name after a dot or AS. A name before a parenthesis may be a function; it is
     * looked up in the lists of FunctionNames here, and in pg_proc when the text is to run.
     *
     * The walk ignores the order of clauses: PostgreSQL rejects what makes no sense.
     */

    private final Lexer lexer = new Lexer();
    private final TransactionModes modes = new TransactionModes(lexer);
    private final WeirSettings settings = new WeirSettings(lexer);
    private final List<String> functions = new ArrayList<>();
    private final StateTally names = new StateTally(lexer);

    private Veto veto = Veto.NONE;
    private String token = "";
    private boolean denied;
    private boolean controls;
    private boolean commits;
    private boolean definesFunctions;
    private boolean writes;

    /** What the statements of the text do, as in {@link Access#deeds}. */
    private int deeds;

    /** The same for the tokens of one statement; counts if that is a query. */
    private int seen;

    private Token before = Token.END;
    private Keyword beforeWord = Keyword.NONE;
    private int depth;

    /** Whether this is the list of a WITH: a parenthesis after a name there lists columns. */
    private boolean listing;

    /** The name that was just read, and the token and word before it. */
    private int nameStart;

    private int nameEnd;
    private Token beforeName = Token.END;
    private Keyword beforeNameWord = Keyword.NONE;

    /** Whether a name of a system catalog was read, unless a parenthesis makes it a function. */
    private boolean catalog;

    /** Checks {@code length} bytes, which are followed by {@link Lexer#PADDING} zero bytes. */
    Access check(byte[] text, int length) {
        functions.clear();
        veto = Veto.NONE;
        token = "";
        denied = false;
        controls = false;
        commits = false;
        writes = false;
        definesFunctions = false;
        deeds = 0;
        lexer.reset(text, true);
        names.collect(length);
        lexer.next();
        Kind kind = Kind.EMPTY;
        Kind opening = Kind.EMPTY;
        boolean ended = false;
        while (true) {
            while (lexer.token() == Token.SEMICOLON) {
                lexer.next();
            }
            if (lexer.token() == Token.END) {
                break;
            }
            boolean first = kind == Kind.EMPTY;
            boolean ends = CommandWords.isCommit(lexer.keyword());
            boolean keeps = CommandWords.keeps(lexer.keyword());
            Kind one = statement();
            writes |= !keeps && (one == Kind.READ || one == Kind.OTHER);
            if (first) {
                kind = opening = one;
            } else if (kind == Kind.BEGIN_READ_ONLY && !ended && (ends || one == Kind.READ)) {
                ended = ends;
            } else if (kind != Kind.READ || one != Kind.READ) {
                kind = Kind.OTHER;
                veto(Veto.UNCLEAR, "");
            }
        }
        if (lexer.unterminated() || lexer.end() < length) {
            kind = Kind.OTHER;
            controls = true;
            commits = true;
            deeds = Access.ANYTHING;
            veto(Veto.UNCLEAR, "");
        } else if (kind == Kind.BEGIN && !NameHash.isAscii(text, 0, length)) {
            kind = Kind.OTHER; // a server must answer it: its encoding may refuse it
            veto(Veto.UNCLEAR, "");
        }
        return access(kind).beginningWith(opening);
    }

    private Access access(Kind kind) {
        Hint hint = lexer.hint() < 0 ? Hint.NONE : Hint.of(lexer.bytes(), lexer.hint());
        if (kind == Kind.SET_WEIR || kind == Kind.SHOW_WEIR) {
            return Access.weir(kind, settings.name(), settings.value());
        }
        int[] named = kind == Kind.READ ? names.collected() : null;
        boolean plain = hint == Hint.NONE && !denied && functions.isEmpty();
        if (named != null && named.length == 0 && plain) {
            return Access.PLAIN_READ;
        }
        String[] called =
                kind == Kind.READ && !functions.isEmpty() ? functions.toArray(String[]::new) : null;
        Veto why = kind == Kind.READ ? Veto.NONE : veto;
        var access = new Access(kind, why, token, denied, hint, called);
        if (named != null) {
            access.naming(named);
        }
        if (controls) {
            access.controlling();
        }
        if (commits) {
            access.committing();
        }
        if (definesFunctions) {
            access.definingFunctions();
        }
        access.doing(deeds);
        return writes ? access : access.keeping();
    }

    // --- one statement ------------------------------------------------------------------------

    private Kind statement() {
        before = Token.END;
        beforeWord = Keyword.NONE;
        depth = 0;
        catalog = false;
        listing = lexer.keyword() == Keyword.WITH;
        if (lexer.token() == Token.OPEN) {
            return query();
        }
        return switch (lexer.keyword()) {
            case SELECT, TABLE, VALUES, WITH -> query();
            case EXPLAIN -> explain();
            case COPY -> copy();
            case COMMIT, END, ROLLBACK, ABORT -> end();
            case BEGIN, START -> begin();
            case SET -> set();
            case RESET, SHOW -> show(lexer.keyword());
            default -> command();
        };
    }

    private Kind query() {
        Veto earlier = veto;
        veto = Veto.NONE;
        seen = Access.READS;
        body();
        deeds |= seen;
        Kind kind = veto == Veto.NONE ? Kind.READ : Kind.OTHER;
        veto = earlier == Veto.NONE ? veto : earlier;
        return kind;
    }

    private Kind command() {
        Keyword word = lexer.keyword();
        veto(CommandWords.modifies(word) ? Veto.MODIFIES : Veto.COMMAND, spelled());
        denied |= CommandWords.isDenied(word);
        deeds |= CommandDeeds.of(word, lexer.peekKeyword());
        controls |= word == Keyword.SAVEPOINT || word == Keyword.RELEASE || word == Keyword.PREPARE;
        boolean declares = word == Keyword.DECLARE;
        boolean defines = CommandWords.defines(word);
        boolean maySayTemporary = word == Keyword.CREATE;
        do {
            look();
            maySayTemporary &= before == Token.END || CommandWords.isBeforeTemporary(beforeWord);
            defines &= !maySayTemporary || !CommandWords.isTemporary(lexer.keyword());
            if (declares && lexer.keyword() == Keyword.HOLD && beforeWord == Keyword.WITH) {
                denied = true;
            }
        } while (advance());
        definesFunctions |= defines;
        return Kind.OTHER;
    }

    /** Also COMMIT PREPARED, ROLLBACK TO and AND CHAIN: these are commands like any other. */
    private Kind end() {
        controls = true;
        Keyword word = lexer.keyword();
        veto(Veto.COMMAND, spelled());
        boolean plain = true;
        while (advance()) {
            plain &= lexer.keyword() == Keyword.WORK || lexer.keyword() == Keyword.TRANSACTION;
        }
        if (word != Keyword.COMMIT && word != Keyword.END) {
            return plain ? Kind.ROLLBACK : Kind.OTHER;
        }
        commits = true;
        return plain ? Kind.COMMIT : Kind.OTHER;
    }

    private Kind begin() {
        controls = true;
        if (lexer.keyword() == Keyword.START && lexer.peekKeyword() != Keyword.TRANSACTION) {
            return command();
        }
        String word = spelled();
        if (lexer.peekKeyword() == Keyword.WORK || lexer.peekKeyword() == Keyword.TRANSACTION) {
            lexer.next();
        }
        modes.read();
        if (modes.isReadOnly()) {
            return Kind.BEGIN_READ_ONLY;
        } else if (modes.isUnsaid()) {
            veto(Veto.COMMAND, word);
            return Kind.BEGIN;
        }
        veto(Veto.TRANSACTION_MODE, modes.token().isEmpty() ? word : modes.token());
        return Kind.OTHER;
    }

    private Kind set() {
        int start = lexer.start();
        int end = lexer.end();
        if (lexer.peekKeyword() == Keyword.SESSION || lexer.peekKeyword() == Keyword.LOCAL) {
            lexer.next();
        }
        if (lexer.peekKeyword() == Keyword.TRANSACTION) {
            lexer.next();
            modes.read();
            if (modes.isReadOnly()) {
                return Kind.SET_READ_ONLY;
            }
            veto(modes.isUnsaid() ? Veto.COMMAND : Veto.TRANSACTION_MODE, modes.token());
            return Kind.OTHER;
        }
        if (settings.readSet()) {
            veto(Veto.COMMAND, "SET");
            return settings.isReadOnly() ? Kind.SET_READ_ONLY : Kind.SET_WEIR;
        }
        veto(settings.isElsewhere() ? Veto.TRANSACTION_MODE : Veto.COMMAND, spelled(start, end));
        body();
        return Kind.OTHER;
    }

    private Kind show(Keyword word) {
        veto(Veto.COMMAND, spelled());
        if (settings.readName()) {
            return word == Keyword.SHOW ? Kind.SHOW_WEIR : Kind.SET_WEIR;
        }
        body();
        return Kind.OTHER;
    }

    /** EXPLAIN without ANALYZE does not run its statement, of whatever kind. */
    private Kind explain() {
        boolean runs = false;
        lexer.next();
        while (isAnalyze() || lexer.keyword() == Keyword.VERBOSE) {
            runs |= isAnalyze();
            lexer.next();
        }
        if (lexer.token() == Token.OPEN && !queryFollows()) {
            while (lexer.token() != Token.CLOSE && lexer.token() != Token.END) {
                lexer.next();
                runs |= isAnalyze();
            }
            lexer.next();
        }
        if (lexer.keyword() == Keyword.EXECUTE) {
            return command();
        }
        if (runs) {
            listing = lexer.keyword() == Keyword.WITH;
            boolean isQuery = lexer.token() == Token.OPEN || CommandWords.isQuery(lexer.keyword());
            return isQuery ? query() : command();
        }
        while (lexer.token() != Token.END && lexer.token() != Token.SEMICOLON) {
            lexer.next();
        }
        deeds |= Access.READS;
        return Kind.READ;
    }

    private boolean isAnalyze() {
        Keyword word = lexer.keyword();
        if (lexer.token() == Token.QUOTED_NAME) {
            word = Keyword.of(lexer.bytes(), lexer.start() + 1, lexer.end() - lexer.start() - 2);
        }
        return word == Keyword.ANALYZE
                || word == Keyword.ANALYSE
                || lexer.token() == Token.UNICODE_NAME;
    }

    private boolean queryFollows() {
        return lexer.peek() == Token.OPEN || CommandWords.isQuery(lexer.peekKeyword());
    }

    private Kind copy() {
        String word = spelled();
        Veto earlier = veto;
        veto = Veto.NONE;
        seen = Access.READS;
        lexer.next();
        skipTable();
        boolean toClient = false;
        before = Token.END;
        if (!atEnd()) {
            do {
                look();
                boolean to = depth == 0 && beforeWord == Keyword.TO;
                toClient |= to && lexer.keyword() == Keyword.STDOUT;
            } while (advance());
        }
        deeds |= toClient ? seen : Access.WRITES;
        if (!toClient) {
            controls = true;
            veto(Veto.COMMAND, word);
        }
        Kind kind = veto == Veto.NONE ? Kind.READ : Kind.OTHER;
        veto = earlier == Veto.NONE ? veto : earlier;
        return kind;
    }

    /** The table that is copied, and its columns: not a function, though a parenthesis follows. */
    private void skipTable() {
        while (lexer.token().isName() || lexer.token() == Token.DOT) {
            if (Spelling.isOfCatalog(lexer)) {
                veto(Veto.CATALOG, spelled());
            }
            if (lexer.token() != Token.DOT
                    && (lexer.keyword() == Keyword.TO || lexer.keyword() == Keyword.FROM)) {
                return;
            }
            if (lexer.token() != Token.DOT) {
                names.name();
            }
            lexer.next();
        }
    }

    // --- the tokens of a statement ------------------------------------------------------------

    private void body() {
        if (!atEnd()) {
            do {
                look();
            } while (advance());
        }
        if (catalog) {
            veto(Veto.CATALOG, spelled(nameStart, nameEnd));
        }
    }

    private boolean atEnd() {
        return lexer.token() == Token.END || lexer.token() == Token.SEMICOLON && depth <= 0;
    }

    private boolean advance() {
        before = lexer.token();
        beforeWord = lexer.keyword();
        lexer.next();
        return !atEnd();
    }

    private void look() {
        Token now = lexer.token();
        if (catalog && now != Token.DOT && !now.isName() && now != Token.OPEN) {
            catalog = false;
            veto(Veto.CATALOG, spelled(nameStart, nameEnd));
        }
        switch (now) {
            case WORD, QUOTED_NAME, UNICODE_NAME -> name();
            case OPEN -> {
                depth++;
                if (before.isName() && lexer.bytes()[lexer.start()] == '(') {
                    called();
                }
                if (catalog) {
                    catalog = false;
                    if (!before.isName()) {
                        veto(Veto.CATALOG, spelled(nameStart, nameEnd));
                    }
                }
            }
            case CLOSE -> depth--;
            case EQUALS, OTHER -> names.operator();
            default -> {}
        }
    }

    private void name() {
        boolean qualified = before == Token.DOT;
        if (catalog && !qualified) {
            catalog = false;
            veto(Veto.CATALOG, spelled(nameStart, nameEnd));
        }
        boolean named = qualified || beforeWord == Keyword.AS;
        if (lexer.token() == Token.WORD && !named) {
            word(lexer.keyword());
        } else if (lexer.token() == Token.UNICODE_NAME && Spelling.hasEscapes(lexer)) {
            veto(Veto.UNCLEAR, spelled());
            denied = true;
        }
        catalog |= !named && before != Token.CAST && Spelling.isOfCatalog(lexer);
        if (lexer.keyword() != Keyword.SELECT && lexer.keyword() != Keyword.FROM) {
            names.name();
        }
        nameStart = lexer.start();
        nameEnd = lexer.end();
        beforeName = before;
        beforeNameWord = beforeWord;
    }

    private void word(Keyword word) {
        switch (word) {
            case INSERT, UPDATE, DELETE, MERGE -> {
                listing = false;
                if (word != Keyword.UPDATE
                        || beforeWord != Keyword.FOR && beforeWord != Keyword.KEY) {
                    seen |= Access.WRITES; // otherwise it locks rows
                }
                veto(Veto.MODIFIES, spelled());
            }
            case INTO -> {
                if (beforeWord != Keyword.INSERT && beforeWord != Keyword.MERGE) {
                    seen |= Access.DEFINES;
                }
                veto(Veto.INTO, spelled());
            }
            case FOR -> {
                if (CommandWords.locks(lexer.peekKeyword())) {
                    veto(Veto.LOCKS_ROWS, spelled());
                }
            }
            case INFORMATION_SCHEMA -> veto(Veto.CATALOG, spelled());
            case SELECT, TABLE, VALUES -> listing &= depth > 0;
            default -> {}
        }
    }

    /** Handles a name that the current parenthesis may make a function. */
    private void called() {
        boolean qualified = beforeName == Token.DOT;
        if (!qualified
                && (beforeName == Token.CAST || beforeNameWord == Keyword.AS || isListed())) {
            return; // a type, an alias or the name of a WITH, with its columns
        }
        String name = Spelling.function(lexer.bytes(), nameStart, nameEnd, before);
        if (name == null) {
            veto(Veto.UNCLEAR, spelled(nameStart, nameEnd));
            denied = true;
        } else if (before == Token.WORD && !qualified && FunctionNames.isReserved(name)) {
            return;
        } else if (FunctionNames.isDenied(name)) {
            veto(Veto.DENIED_FUNCTION, name);
            denied = true;
            seen |= Access.WRITES;
        } else if (FunctionNames.isOfANode(name)) {
            veto(Veto.NODE_FUNCTION, name);
        } else if (!functions.contains(name)) {
            functions.add(name);
        }
    }

    /** Whether the name is in the list of a WITH, where there are no expressions. */
    private boolean isListed() {
        return listing
                && depth == 1
                && (beforeName == Token.COMMA
                        || beforeNameWord == Keyword.WITH
                        || beforeNameWord == Keyword.RECURSIVE);
    }

    private void veto(Veto reason, String word) {
        if (veto == Veto.NONE) {
            veto = reason;
            token = word;
        }
    }

    private String spelled() {
        return spelled(lexer.start(), lexer.end());
    }

    private String spelled(int start, int end) {
        return Spelling.shown(lexer.bytes(), start, end);
    }
}
