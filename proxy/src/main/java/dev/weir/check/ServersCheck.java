package dev.weir.check;

import dev.weir.auth.Hashing;
import dev.weir.auth.SecretsCheck;
import dev.weir.auth.ServerCredentials;
import dev.weir.auth.Users;
import dev.weir.backend.Connector;
import dev.weir.backend.ServerTarget;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.net.Clock;
import dev.weir.net.HostNames;
import dev.weir.net.Loops;
import dev.weir.net.Transport;
import dev.weir.tls.Tls;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Connects to every server as Weir would, logs in where it has a secret, and compares the number of
 * connections that the server accepts with the most that all pools may open.
 */
final class ServersCheck {
    private final Config config;
    private final Users users;
    private final Tls tls;
    private final List<Finding> findings;

    /** One login to try. */
    record Attempt(Database entry, ServerAddress address, @Nullable String user) {}

    ServersCheck(Config config, Users users, Tls tls, List<Finding> findings) {
        this.config = config;
        this.users = users;
        this.tls = tls;
        this.findings = findings;
    }

    /** Asks all servers at the same time, but each only one question at a time. */
    List<Result.Server> run() throws InterruptedException {
        var hashing = new Hashing(1, 1_000);
        try (var loops = new Loops(Transport.detect(), 1);
                var names = HostNames.start(config, loops);
                var credentials = new ServerCredentials(users, hashing, Clock.system())) {
            var connector =
                    new Connector(loops.transport(), credentials, names, tls::towardsServers);
            EventLoop loop = loops.all().getFirst();
            Map<Attempt, ServerQuestion.Answer> answers =
                    asked(new ServerQuestion(connector, loop));
            List<Result.Server> servers = summed(answers);
            new NodesCheck(config, credentials, tls::towardsServers, loop, findings)
                    .run(entries(), failed(answers));
            return servers;
        } catch (IOException e) {
            findings.add(Finding.error("resolv_conf: " + e.getMessage()));
            return List.of();
        }
    }

    private Map<Attempt, ServerQuestion.Answer> asked(ServerQuestion question)
            throws InterruptedException {
        Map<String, List<Attempt>> byServer = new LinkedHashMap<>();
        for (Attempt one : attempts()) {
            byServer.computeIfAbsent(one.address().toString(), _ -> new ArrayList<>()).add(one);
        }
        var answers = new LinkedHashMap<Attempt, CompletableFuture<ServerQuestion.Answer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (List<Attempt> ofServer : byServer.values()) {
                for (Attempt one : ofServer) {
                    answers.put(one, new CompletableFuture<>());
                }
                threads.execute(() -> {
                    for (Attempt one : ofServer) {
                        Objects.requireNonNull(answers.get(one))
                                .complete(question.ask(target(one), one.user() != null));
                    }
                });
            }
        }
        var all = new LinkedHashMap<Attempt, ServerQuestion.Answer>();
        answers.forEach((one, answer) -> all.put(one, answer.join()));
        return all;
    }

    private List<Attempt> attempts() {
        List<Attempt> all = new ArrayList<>();
        for (Database entry : entries()) {
            for (ServerAddress address : entry.hosts()) {
                all.add(new Attempt(entry, address, user(entry)));
            }
        }
        return all;
    }

    /** The entries, and the one that a client asking for postgres would get. */
    private List<Database> entries() {
        List<Database> all = new ArrayList<>(config.databases());
        Database other = config.database("postgres");
        if (other != null && other.auto()) {
            all.add(other);
        }
        return all;
    }

    /** A user whose secret opens the servers; null if clients bring their own. */
    private @Nullable String user(Database entry) {
        if (entry.forcedUser() != null) {
            return entry.forcedUser();
        }
        String asker = entry.authUser() == null ? config.get(Settings.AUTH_USER) : entry.authUser();
        return asker.isEmpty() ? SecretsCheck.whoCanLogIn(users) : asker;
    }

    private ServerTarget target(Attempt one) {
        String user = one.user() == null ? "nobody" : one.user();
        PoolSettings settings = config.poolSettings(one.entry(), user);
        return new ServerTarget(
                one.entry(),
                one.address(),
                user,
                one.entry().serverParameters(),
                settings.serverConnectTimeout(),
                settings.connectQuery(),
                new ServerTarget.LoginRules(
                        settings.serverAllowCleartext(), settings.serverScramIterationsMax(), null),
                settings.sockets());
    }

    private static Set<ServerAddress> failed(Map<Attempt, ServerQuestion.Answer> answers) {
        Set<ServerAddress> failed = new HashSet<>();
        answers.forEach((one, answer) -> {
            if (answer instanceof ServerQuestion.Failed) {
                failed.add(one.address());
            }
        });
        return failed;
    }

    // --- evaluation -----------------------------------------------------------------------------

    private List<Result.Server> summed(Map<Attempt, ServerQuestion.Answer> answers) {
        var capacities = new LinkedHashMap<String, Capacity>();
        answers.forEach((one, answer) -> {
            String place = "database \"" + one.entry().name() + "\": " + one.address();
            switch (answer) {
                case ServerQuestion.Failed(String why) ->
                        findings.add(Finding.error(place + ": " + why));
                case ServerQuestion.Reached _ ->
                        findings.add(
                                Finding.note(
                                        place
                                                + ": a server answers; logging in was not tried,"
                                                + " because no user's secret is known"));
                case ServerQuestion.Known known ->
                        capacities
                                .computeIfAbsent(known.server(), _ -> new Capacity(known))
                                .add(config, users, one.entry());
            }
        });
        List<Result.Server> servers = new ArrayList<>();
        for (Capacity capacity : capacities.values()) {
            capacity.finding().ifPresent(findings::add);
            servers.add(capacity.server());
        }
        return servers;
    }
}
