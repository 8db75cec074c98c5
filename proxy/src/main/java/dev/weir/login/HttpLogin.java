package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Demand;
import dev.weir.auth.Tokens;
import dev.weir.auth.Users;
import dev.weir.backend.ParameterSet;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Reloadable;
import dev.weir.error.ProxyError;
import dev.weir.net.Origin;
import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A login in one request, over HTTP: with name and password, for the same users and by the same
 * rules as clients that connect; or with a token. Both have the same limit on failures.
 * Thread-safe.
 */
public final class HttpLogin implements Reloadable {
    private final Reception reception;
    private final Users users;
    private final EventExecutor loop;
    private volatile Tokens tokens;

    /**
     * @param loop where users are looked up and delays pass
     */
    public HttpLogin(Reception reception, Users users, Tokens tokens, EventExecutor loop) {
        this.tokens = tokens;
        this.reception = reception;
        this.users = users;
        this.loop = loop;
    }

    /** Reads the tokens again. */
    @Override
    public Runnable prepare(Config next) throws ConfigException {
        Tokens prepared = Tokens.load(next);
        return () -> tokens = prepared;
    }

    // --- tokens -------------------------------------------------------------------------------

    /** Whether anybody has one. */
    public boolean knowsTokens() {
        return !tokens.isEmpty();
    }

    /** The holder of a token, by now; null if it is none, or none any more. */
    public Tokens.@Nullable Holder holder(String token) {
        return tokens.holder(token);
    }

    /**
     * Checks a token; a refusal comes after {@code auth_failure_delay}.
     *
     * @param database the one that the audit log tells of
     */
    public CompletableFuture<Verdict<Tokens.Holder>> checkToken(
            Origin origin, String database, String token) {
        ClientHello hello = hello(origin, database, "");
        Admission admission = reception.admission();
        CompletableFuture<Verdict<Tokens.Holder>> verdict;
        if (admission.isBlocked(origin)) {
            verdict = done(Verdict.refuse(ProxyError.TOO_MANY_FAILED_LOGINS));
        } else {
            Tokens.Holder holder = tokens.holder(token);
            verdict =
                    holder == null
                            ? failed(
                                    admission.failed(origin, ProxyError.TOKEN_FAILED.refusal()),
                                    hello)
                            : done(Verdict.grant(holder));
        }
        return counted(verdict, hello);
    }

    private ClientHello hello(Origin origin, String database, String user) {
        return new ClientHello(
                reception.nextId(), user, database, ParameterSet.EMPTY, 0, null, Map.of(), origin);
    }

    private <T> CompletableFuture<Verdict<T>> counted(
            CompletableFuture<Verdict<T>> verdict, ClientHello hello) {
        long begun = reception.clock().nanoTime();
        verdict.thenAccept(found -> {
            if (found instanceof Verdict.Refused<T>(var why)) {
                reception.results().count(LoginResult.HTTP_REFUSED);
                reception.audit().refused(hello, why, reception.clock().nanoTime() - begun);
            }
        });
        return verdict;
    }

    // --- passwords ----------------------------------------------------------------------------

    /**
     * Checks a name and a password; a refusal comes after {@code auth_failure_delay}.
     *
     * @param database the one that access rules are asked about
     * @return granted is the name
     */
    public CompletableFuture<Verdict<String>> check(
            Origin origin, String database, String user, String password) {
        ClientHello hello = hello(origin, database, user);
        return counted(verdict(reception.admission(), hello, password), hello);
    }

    private CompletableFuture<Verdict<String>> verdict(
            Admission admission, ClientHello hello, String password) {
        return switch (admission.admit(hello)) {
            case Verdict.Refused<Terms>(var why) -> done(new Verdict.Refused<>(why));
            case Verdict.Granted<Terms>(Terms terms) ->
                    switch (terms) {
                        case Terms.Trusted _ -> done(Verdict.grant(hello.user()));
                        case Terms.Disproved(Demand demand) ->
                                failed(admission.failed(demand, hello), hello);
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
                Admission.Failure failure = reception.admission().failed(demand, hello);
                HttpLogin.this.<String>failed(failure, hello).thenAccept(verdict::complete);
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

    private <T> CompletableFuture<Verdict<T>> failed(Admission.Failure failure, ClientHello hello) {
        Config config = reception.config();
        ClientLog.error(config, hello.logName(), failure.why());
        var verdict = new CompletableFuture<Verdict<T>>();
        loop.schedule(
                () -> verdict.complete(new Verdict.Refused<>(failure.why())),
                failure.delayNanos(),
                TimeUnit.NANOSECONDS);
        return verdict;
    }

    private static <T> CompletableFuture<Verdict<T>> done(Verdict<T> verdict) {
        return CompletableFuture.completedFuture(verdict);
    }
}
