package dev.weir.sql;

import static dev.weir.sql.StatementFacts.RESETS_PARAMETERS;
import static dev.weir.sql.StatementFacts.SETS_CUSTOM_LOCAL;
import static dev.weir.sql.StatementFacts.SETS_LOCAL;
import static dev.weir.sql.StatementFacts.SETS_PARAMETERS;
import static dev.weir.sql.StatementFacts.SETS_UNKNOWN_PARAMETERS;

import org.jspecify.annotations.Nullable;

/**
 * SET and RESET: which parameters they change, and for how long.
 *
 * <p>The words after SET are key words only where a name cannot stand: {@code SET session.a = 1}
 * sets a custom parameter, and so does {@code SET SESSION role.a = 1}.
 */
final class ParameterCommands {
    private final Lexer lexer;
    private final StatementFacts facts;

    ParameterCommands(Lexer lexer, StatementFacts facts) {
        this.lexer = lexer;
        this.facts = facts;
    }

    /** Reads from SET up to the value. */
    void set() {
        lexer.next();
        boolean local = false;
        if (!isParameter() && isScope()) {
            local = lexer.keyword() == Keyword.LOCAL;
            lexer.next();
        }
        if (isParameter()) {
            change(parameter(), local);
            lexer.next();
            resetIfDefault(local);
        } else {
            special(local);
        }
    }

    /** Reads from RESET to the end of the parameter's name. */
    void reset() {
        lexer.next();
        facts.add(RESETS_PARAMETERS);
        if (lexer.keyword() == Keyword.ALL) {
            facts.add(SETS_UNKNOWN_PARAMETERS);
        } else if (lexer.keyword() == Keyword.TIME && lexer.peekKeyword() == Keyword.ZONE) {
            change("timezone", false);
        } else if (lexer.keyword() == Keyword.SESSION
                && lexer.peekKeyword() == Keyword.AUTHORIZATION) {
            change("session_authorization", false);
        } else if (lexer.keyword() != Keyword.TRANSACTION || lexer.peek() == Token.DOT) {
            change(parameter(), false);
        }
    }

    /** Records a change of the parameter; null stands for one that cannot be determined. */
    void change(@Nullable String name, boolean local) {
        if (name == null) {
            facts.add(local ? SETS_UNKNOWN_PARAMETERS | SETS_LOCAL : SETS_UNKNOWN_PARAMETERS);
            return;
        }
        String folded = Spelling.lowerCase(name);
        switch (folded) {
            /* Every transaction begins with its defaults, whatever these were set to. */
            case "transaction_isolation", "transaction_read_only", "transaction_deferrable" ->
                    facts.add(SETS_LOCAL);
            case "session_authorization" -> {
                record(folded, local);
                record("role", local);
            }
            default -> record(folded, local);
        }
    }

    private void record(String name, boolean local) {
        facts.add(IrrelevantSettings.flags(name));
        if (!local) {
            facts.addParameter(name, SETS_PARAMETERS);
        } else if (name.indexOf('.') >= 0) {
            facts.addParameter(name, SETS_LOCAL | SETS_CUSTOM_LOCAL);
        } else {
            facts.add(SETS_LOCAL);
        }
    }

    /**
     * Whether this is LOCAL, or a SESSION that does not begin SESSION AUTHORIZATION or SESSION
     * CHARACTERISTICS.
     */
    private boolean isScope() {
        Keyword next = lexer.peekKeyword();
        return switch (lexer.keyword()) {
            case LOCAL -> true;
            case SESSION -> next != Keyword.AUTHORIZATION && next != Keyword.CHARACTERISTICS;
            default -> false;
        };
    }

    private boolean isParameter() {
        if (!lexer.token().isName()) {
            return false;
        }
        Token next = lexer.peek();
        Keyword word = lexer.peekKeyword();
        return next == Token.DOT
                || next == Token.EQUALS
                || word == Keyword.TO
                || word == Keyword.FROM;
    }

    /** The possibly qualified name at the current token; leaves its last part current. */
    private @Nullable String parameter() {
        String name = Spelling.name(lexer);
        while (name != null && lexer.peek() == Token.DOT) {
            lexer.next();
            lexer.next();
            String part = lexer.token().isName() ? Spelling.name(lexer) : null;
            name = part == null ? null : name + '.' + part;
        }
        return name;
    }

    private void resetIfDefault(boolean local) {
        if (!local && lexer.peekKeyword() == Keyword.DEFAULT) {
            facts.add(RESETS_PARAMETERS);
        }
    }

    private void special(boolean local) {
        switch (lexer.keyword()) {
            case TRANSACTION -> facts.add(SETS_LOCAL);
            case CONSTRAINTS -> {}
            case TIME -> {
                lexer.next();
                change("timezone", local);
                if (!local && lexer.peekKeyword() == Keyword.LOCAL) {
                    facts.add(RESETS_PARAMETERS);
                }
                resetIfDefault(local);
            }
            case SESSION -> session(local);
            case NAMES -> {
                change("client_encoding", local);
                if (!local && !lexer.peek().isString()) {
                    facts.add(RESETS_PARAMETERS);
                }
            }
            case ROLE -> change("role", local);
            case SCHEMA -> change("search_path", local);
            case XML -> change("xmloption", local);
            default -> facts.add(SETS_UNKNOWN_PARAMETERS);
        }
    }

    private void session(boolean local) {
        lexer.next();
        if (lexer.keyword() == Keyword.CHARACTERISTICS) {
            change("default_transaction_isolation", local);
            change("default_transaction_read_only", local);
            change("default_transaction_deferrable", local);
        } else {
            change("session_authorization", local);
            resetIfDefault(local);
        }
    }
}
