package dev.weir.auth;

import dev.weir.auth.HbaRule.Connection;
import dev.weir.config.Findings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses one line into a rule. All errors in it are added to the findings. Used once. */
final class HbaLine {
    private final HbaToken.Line line;
    private final Findings findings;
    private int field;
    private boolean isWrong;

    HbaLine(HbaToken.Line line, Findings findings) {
        this.line = line;
        this.findings = findings;
    }

    /** The rule; null if something is wrong with the line. */
    @Nullable HbaRule rule() {
        HbaToken type = single("the kind of connection");
        Connection connection = type == null ? null : Connection.of(type);
        if (connection == null) {
            if (type != null) {
                wrong(
                        "kind of connection "
                                + type.shown()
                                + " (expected: local, host, hostssl, hostnossl, hostgssenc,"
                                + " hostnogssenc)");
            }
            return null;
        }
        HbaNames databases = HbaNames.databases(list("databases"), this::wrong);
        HbaNames users = HbaNames.users(list("users"), this::wrong);
        boolean isLocal = connection == Connection.LOCAL;
        HbaAddress address = isLocal || !hasMore() ? null : address();
        boolean isAddressed = isLocal || address != null;
        HbaMethod method = isAddressed || !isWrong ? method(isLocal) : null;
        if (method == null) {
            return null;
        }
        List<HbaToken> words = new ArrayList<>();
        while (hasMore()) {
            words.addAll(line.fields().get(field++));
        }
        boolean isTlsOnly = connection == Connection.HOSTSSL;
        HbaOptions options = HbaOptions.of(words, method, isTlsOnly, this::wrong);
        return isWrong
                ? null
                : new HbaRule(line.place(), connection, databases, users, address, method, options);
    }

    private @Nullable HbaMethod method(boolean isLocal) {
        HbaToken word = single("the method");
        if (word == null) {
            return null;
        }
        try {
            return HbaMethod.of(word, isLocal);
        } catch (IllegalArgumentException e) {
            wrong(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable HbaAddress address() {
        HbaToken word = single("the address");
        if (word == null) {
            return null;
        }
        if (word.isKeyword("all")) {
            return new HbaAddress.All();
        }
        try {
            if (word.isKeyword("samehost") || word.isKeyword("samenet")) {
                return HbaAddress.own(word.text().equals("samenet"));
            }
            return range(word);
        } catch (IllegalArgumentException e) {
            wrong(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private HbaAddress.@Nullable Range range(HbaToken word) {
        int slash = word.text().indexOf('/');
        byte[] base = HbaAddress.parse(slash < 0 ? word.text() : word.text().substring(0, slash));
        if (base == null) {
            throw new IllegalArgumentException(
                    "address "
                            + word.shown()
                            + ": host names are not supported (expected: an address such as"
                            + " 10.0.0.0/8 or ::1/128, all, samehost, samenet)");
        }
        if (slash >= 0) {
            String bits = word.text().substring(slash + 1);
            boolean fits = bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= base.length * 8;
            if (!fits) {
                throw new IllegalArgumentException(
                        "address "
                                + word.shown()
                                + ": not a number of bits behind the / (expected: 0.."
                                + base.length * 8
                                + ")");
            }
            return new HbaAddress.Range(base, HbaAddress.mask(Integer.parseInt(bits), base.length));
        }
        HbaToken second = single("the mask (or write the address as 10.0.0.0/8)");
        if (second == null) {
            return null;
        }
        byte[] mask = HbaAddress.parse(second.text());
        if (mask == null || mask.length != base.length) {
            throw new IllegalArgumentException(
                    "mask "
                            + second.shown()
                            + " (expected: one of the same kind as the address "
                            + word.text()
                            + ", or the address written as "
                            + word.text()
                            + (base.length == 4 ? "/32)" : "/128)"));
        }
        return new HbaAddress.Range(base, mask);
    }

    // --- fields -------------------------------------------------------------------------------

    private boolean hasMore() {
        return field < line.fields().size();
    }

    private List<HbaToken> list(String what) {
        if (!hasMore()) {
            if (!isWrong) {
                wrong("the line ends before the " + what);
            }
            return List.of();
        }
        return line.fields().get(field++);
    }

    private @Nullable HbaToken single(String what) {
        if (!hasMore()) {
            if (!isWrong) {
                wrong("the line ends before " + what);
            }
            return null;
        }
        List<HbaToken> words = line.fields().get(field++);
        if (words.size() > 1) {
            wrong(words.size() + " words for " + what + " (expected: one, without a comma)");
            return null;
        }
        return words.getFirst();
    }

    private void wrong(String text) {
        isWrong = true;
        findings.problem(line.place(), text);
    }
}
