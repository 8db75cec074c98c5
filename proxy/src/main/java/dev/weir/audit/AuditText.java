package dev.weir.audit;

import dev.weir.sql.Text;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statements as they appear in records, which must not contain passwords. */
final class AuditText {
    /** Words that make constants, and what follows them, possibly secret. */
    private static final Pattern SECRET =
            Pattern.compile("passw(or)?d|passphrase|secret", Pattern.CASE_INSENSITIVE);

    /** A SET with its value, in either of its forms; or what may have been meant for one. */
    private static final Pattern SETTING =
            Pattern.compile("(?is)^(\\s*set\\s+[^\\s=]+(?:\\s*=|\\s+to\\b)?).+");

    private static final Pattern CONSTANT = Pattern.compile("'(?:[^']|'')*'?");
    private static final String LEFT_OUT = " …";

    private AuditText() {}

    /**
     * A statement's text.
     *
     * @param hasLiterals whether to keep its constants, unless they may be secret
     * @param isUnderstood whether the server has accepted it: if not, what looks like a name may be
     *     a password without quotes
     */
    static String of(Text text, boolean hasLiterals, boolean isUnderstood) {
        if (hasLiterals) {
            String spelled = text.spelled();
            if (!SECRET.matcher(spelled).find()) {
                return spelled;
            }
        }
        return isUnderstood ? text.normalised() : cutOff(text.normalised());
    }

    /** Cuts off what follows the first word that announces a secret. */
    private static String cutOff(String text) {
        Matcher secret = SECRET.matcher(text);
        return secret.find() ? text.substring(0, secret.end()) + LEFT_OUT : text;
    }

    /** A command of the console: the value of a setting may be secret, too. */
    static String ofCommand(String command) {
        Matcher setting = SETTING.matcher(command);
        return setting.matches()
                ? setting.group(1) + LEFT_OUT
                : cutOff(CONSTANT.matcher(command).replaceAll("'…'"));
    }
}
