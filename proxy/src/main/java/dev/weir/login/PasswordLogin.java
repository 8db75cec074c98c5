package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Demand;
import dev.weir.auth.Users;
import dev.weir.backend.ParameterSet;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.net.Origin;
import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A login with name and password in one request, as over HTTP: for the same users, by the same
 * rules and with the same limit on failures as clients that connect. Thread-safe.
 */
public final class PasswordLogin {
    private final Reception reception;
    private final Users users;
    private final EventExecutor loop;

    /**
     * @param loop where users are looked up and delays pass
     */
    public PasswordLogin(Reception reception, Users users, EventExecutor loop) {
        this.reception = reception;
        this.users = users;
        this.loop = loop;
    }

    /**
     * Checks a name and a password; a refusal comes after {@code auth_failure_delay}.
     *
     * @param database the one that access rules are asked about
     * @return granted is the name
     */
    public CompletableFuture<Verdict<String>> check(
            Origin origin, String database, String user, String password) {
        Admission admission = reception.admission();
        var hello =
                new ClientHello(
                        reception.nextId(),
                        user,
                        database,
                        ParameterSet.EMPTY,
                        0,
                        null,
                        Map.of(),
                        origin);
        CompletableFuture<Verdict<String>> verdict = verdict(admission, hello, password);
        long begun = reception.clock().nanoTime();
        verdict.thenAccept(found -> {
            if (found instanceof Verdict.Refused<String>(var why)) {
                reception.results().count(LoginResult.HTTP_REFUSED);
                reception.audit().refused(hello, why, reception.clock().nanoTime() - begun);
            }
        });
        return verdict;
    }

    private CompletableFuture<Verdict<String>> verdict(
            Admission admission, ClientHello hello, String password) {
        return switch (admission.admit(hello)) {
            case Verdict.Refused<Terms>(var why) -> done(new Verdict.Refused<>(why));
            case Verdict.Granted<Terms>(Terms terms) ->
                    switch (terms) {
                        case Terms.Trusted _ -> done(Verdict.grant(hello.user()));
                        case Terms.Disproved(Demand demand) -> failed(demand, hello);
                        case Terms.Prove(Demand demand) -> prove(demand, hello, password);
                    };
        };
    }

    private CompletableFuture<Verdict<String>> prove(
            Demand demand, ClientHello hello, String password) {
        var verdict = new CompletableFuture<Verdict<String>>();
        users.find(
                hello.user(),
                null,
                loop,
                account -> {
                    if (account instanceof Account.Unavailable failed) {
                        verdict.complete(Verdict.refuse(failed.refusal()));
                    } else if (!reception.submit(
                            place(demand), () -> tell(verdict, demand, hello, account, password))) {
                        verdict.complete(Verdict.refuse(ProxyError.TOO_MANY_LOGINS));
                    }
                });
        return verdict;
    }

    private static Proof.Place place(Demand demand) {
        return switch (demand.method()) {
            case PAM, LDAP -> Proof.Place.ASKING;
            default -> Proof.Place.HASHING;
        };
    }

    /** Runs on a worker. */
    private void tell(
            CompletableFuture<Verdict<String>> verdict,
            Demand demand,
            ClientHello hello,
            Account account,
            String password) {
        try {
            if (isProved(demand, hello, account, password)) {
                verdict.complete(Verdict.grant(hello.user()));
            } else {
                failed(demand, hello).thenAccept(verdict::complete);
            }
        } catch (RuntimeException e) {
            verdict.completeExceptionally(e);
        }
    }

    private boolean isProved(Demand demand, ClientHello hello, Account account, String password) {
        return switch (demand.method()) {
            case ANY -> true;
            case TRUST, CERT -> users.isKnown(account); // the certificate has been compared
            case PASSWORD, MD5, SCRAM_SHA_256 -> users.accepts(account, password);
            case PAM, LDAP -> demand.acceptsPassword(hello.origin(), hello.user(), password);
            case PEER, REJECT -> false;
        };
    }

    private CompletableFuture<Verdict<String>> failed(Demand demand, ClientHello hello) {
        Config config = reception.config();
        Admission.Failure failure = reception.admission().failed(demand, hello);
        ClientLog.error(config, hello.logName(), failure.why());
        var verdict = new CompletableFuture<Verdict<String>>();
        loop.schedule(
                () -> verdict.complete(new Verdict.Refused<>(failure.why())),
                config.get(Settings.AUTH_FAILURE_DELAY).toNanos(),
                TimeUnit.NANOSECONDS);
        return verdict;
    }

    private static CompletableFuture<Verdict<String>> done(Verdict<String> verdict) {
        return CompletableFuture.completedFuture(verdict);
    }
}
