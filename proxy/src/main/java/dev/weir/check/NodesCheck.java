package dev.weir.check;

import dev.weir.backend.CredentialSource;
import dev.weir.cluster.ClusterProbe;
import dev.weir.cluster.ClusterProbe.Answer;
import dev.weir.cluster.ClusterProbe.Role;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.ServerAddress;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Asks the nodes of each cluster in the way that its monitors would, and reports which is the
 * primary, what is wrong with the others, and what the monitors may not see.
 */
final class NodesCheck {
    private final Config config;
    private final CredentialSource credentials;
    private final Supplier<TlsPolicy> tls;
    private final EventLoop loop;
    private final List<Finding> findings;

    /** What distinguishes entries for monitors; entries with equal keys are asked once. */
    private record Key(List<ServerAddress> nodes, String monitorUser, String monitorDbname) {
        static Key of(ClusterSettings cluster) {
            return new Key(cluster.addresses(), cluster.monitorUser(), cluster.monitorDbname());
        }
    }

    NodesCheck(
            Config config,
            CredentialSource credentials,
            Supplier<TlsPolicy> tls,
            EventLoop loop,
            List<Finding> findings) {
        this.config = config;
        this.credentials = credentials;
        this.tls = tls;
        this.loop = loop;
        this.findings = findings;
    }

    /**
     * Asks the nodes of those entries that have nodes.
     *
     * @param unreachable servers already reported as unreachable, which are not reported again
     */
    void run(List<Database> entries, Set<ServerAddress> unreachable) {
        Map<Key, List<Database>> clusters = new LinkedHashMap<>();
        for (Database entry : entries) {
            ClusterSettings cluster = entry.cluster();
            if (cluster != null) {
                clusters.computeIfAbsent(Key.of(cluster), _ -> new ArrayList<>()).add(entry);
            }
        }
        clusters.forEach((key, ofIt) -> {
            List<Answer> answers =
                    new ClusterProbe(config, ofIt.getFirst(), credentials, tls, loop).run();
            judge(place(ofIt), key.monitorUser(), answers, unreachable);
        });
    }

    private static String place(List<Database> entries) {
        return (entries.size() == 1 ? "database " : "databases ")
                + entries.stream()
                        .map(one -> '"' + one.name() + '"')
                        .collect(Collectors.joining(", "))
                + ": ";
    }

    private void judge(
            String place, String user, List<Answer> answers, Set<ServerAddress> unreachable) {
        for (Answer one : of(answers, Role.UNKNOWN)) {
            if (one.isRefused() || !unreachable.contains(one.address())) {
                findings.add(
                        Finding.error(
                                place
                                        + one.address()
                                        + ": monitor_user \""
                                        + user
                                        + "\": "
                                        + one.error()));
            }
        }
        strangers(place, answers);
        primaries(place, answers);
        List<Answer> blind = answers.stream().filter(NodesCheck::isBlind).toList();
        if (!blind.isEmpty()) {
            findings.add(
                    Finding.warning(
                            place
                                    + addresses(blind)
                                    + ": monitor_user \""
                                    + user
                                    + "\" is not a member of pg_monitor, so pg_stat_replication"
                                    + " shows it nothing, and lag comes from the nodes' own"
                                    + " positions alone (GRANT pg_monitor TO it)"));
        }
    }

    private static boolean isBlind(Answer answer) {
        return answer.role() != Role.UNKNOWN && !answer.seesStandbys();
    }

    private void strangers(String place, List<Answer> answers) {
        List<Answer> members = new ArrayList<>(answers);
        members.removeIf(one -> one.role() == Role.STRANGER || one.role() == Role.UNKNOWN);
        for (Answer one : of(answers, Role.STRANGER)) {
            findings.add(
                    Finding.error(
                            place
                                    + one.address()
                                    + " is of another cluster: its system identifier is "
                                    + one.systemIdentifier()
                                    + " (expected: "
                                    + members.getFirst().systemIdentifier()
                                    + ", as that of "
                                    + addresses(members)
                                    + ")"));
        }
    }

    private void primaries(String place, List<Answer> answers) {
        List<Answer> primary = of(answers, Role.PRIMARY);
        List<Answer> more = of(answers, Role.SECOND_PRIMARY);
        List<Answer> replicas = of(answers, Role.REPLICA);
        if (!more.isEmpty()) {
            List<Answer> all = new ArrayList<>(primary);
            all.addAll(more);
            findings.add(
                    Finding.warning(
                            place
                                    + all.size()
                                    + " nodes are primaries: "
                                    + timelines(all)
                                    + " (expected: 1). Weir would write to "
                                    + primary.getFirst().address()
                                    + ", whose timeline is the highest, or which comes first"));
        } else if (!primary.isEmpty()) {
            List<Answer> all = new ArrayList<>(primary);
            all.addAll(replicas);
            findings.add(Finding.note(place + shown(all)));
        } else if (!replicas.isEmpty()) {
            findings.add(
                    Finding.error(
                            place
                                    + "no primary: "
                                    + addresses(replicas)
                                    + " in recovery (expected: one node that is not), so nothing"
                                    + " can be written"));
        }
    }

    private static List<Answer> of(List<Answer> answers, Role role) {
        return answers.stream().filter(one -> one.role() == role).toList();
    }

    private static String timelines(List<Answer> answers) {
        return joined(answers, one -> one.address() + " (timeline " + one.timeline() + ")");
    }

    private static String shown(List<Answer> answers) {
        return joined(
                answers,
                one ->
                        one.address()
                                + (one.role() == Role.REPLICA
                                        ? " is a replica (" + lag(one) + ")"
                                        : " is the primary (timeline " + one.timeline() + ")"));
    }

    private static String lag(Answer replica) {
        return replica.lagBytes()
                + " bytes behind"
                + (replica.isPaused() ? ", its replay is paused" : "");
    }

    private static String addresses(List<Answer> answers) {
        return joined(answers, one -> one.address().toString());
    }

    private static String joined(List<Answer> answers, Function<Answer, String> how) {
        return answers.stream().map(how).collect(Collectors.joining(", "));
    }
}
