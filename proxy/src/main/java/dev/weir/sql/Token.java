package dev.weir.sql;

/**
 * The kinds of tokens that matter here, named as in section 4.1 of the manual, Lexical Structure.
 */
enum Token {
    END,
    SEMICOLON,
    /** A key word or an unquoted identifier. */
    WORD,
    QUOTED_NAME,
    /** {@code U&"…"}; a following UESCAPE is a token of its own. */
    UNICODE_NAME,
    /** {@code '…'} or {@code N'…'} in which a backslash is an ordinary character. */
    STRING,
    /** {@code E'…'}, and {@code '…'} while standard_conforming_strings is off. */
    ESCAPE_STRING,
    UNICODE_STRING,
    BIT_STRING,
    DOLLAR_STRING,
    NUMBER,
    PARAMETER,
    /** {@code (} or {@code [}. */
    OPEN,
    /** {@code )} or {@code ]}. */
    CLOSE,
    COMMA,
    DOT,
    CAST,
    EQUALS,
    /** A character of an operator, or one that no token may contain. */
    OTHER;

    boolean isString() {
        return this == STRING
                || this == ESCAPE_STRING
                || this == UNICODE_STRING
                || this == DOLLAR_STRING;
    }

    boolean isName() {
        return this == WORD || this == QUOTED_NAME || this == UNICODE_NAME;
    }
}
