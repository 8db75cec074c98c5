package dev.weir.auth;

import dev.weir.config.ConfigException;
import dev.weir.config.Findings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of an hba file, in order. Immutable; a RELOAD creates new ones. */
final class HbaRules {
    private final List<HbaRule> rules;

    HbaRules(List<HbaRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * Reads {@code file}.
     *
     * @throws ConfigException with everything that is wrong in it
     */
    static HbaRules load(Path file) throws ConfigException {
        Findings findings = new Findings();
        List<HbaRule> rules = new ArrayList<>();
        for (HbaToken.Line line : HbaFile.read(file, findings)) {
            HbaRule rule = new HbaLine(line, findings).rule();
            if (rule != null) {
                rules.add(rule);
            }
        }
        findings.check(file.toString());
        return new HbaRules(rules);
    }

    List<HbaRule> all() {
        return rules;
    }

    /**
     * The first rule that applies to {@code client}; null if there is none, so that it is refused.
     */
    @Nullable HbaRule of(HbaClient client) {
        InetSocketAddress address = client.origin().address();
        byte[] from = address == null ? null : HbaAddress.bytes(address.getAddress());
        for (HbaRule rule : rules) {
            if (rule.isFor(client, from)) {
                return rule;
            }
        }
        return null;
    }
}
