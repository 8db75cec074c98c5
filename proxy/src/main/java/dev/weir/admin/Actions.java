package dev.weir.admin;

import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.config.Type;
import dev.weir.error.ProxyError;
import dev.weir.observe.Control;
import dev.weir.observe.Control.Shutdown;
import dev.weir.observe.Operations;
import dev.weir.observe.Refused;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Carries out the console's commands other than SHOW, and says what it answers to them. */
final class Actions {
    private final Control control;
    private final Operations operations;
    private final Consoles consoles;

    Actions(Control control, Operations operations, Consoles consoles) {
        this.control = control;
        this.operations = operations;
        this.consoles = consoles;
    }

    /** Carries out a command of an administrator. */
    CompletableFuture<Reply> act(Command.Verb verb, String argument) {
        try {
            return carryOut(verb, argument.isEmpty() ? null : argument);
        } catch (Refused e) {
            return now(new Reply.Failure(e.why()));
        }
    }

    private CompletableFuture<Reply> carryOut(Command.Verb verb, @Nullable String argument)
            throws Refused {
        switch (verb) {
            case PAUSE -> {
                return after(operations.pause(argument), verb);
            }
            case SUSPEND -> {
                return after(operations.suspend(), verb);
            }
            case KILL -> {
                return after(operations.kill(argument), verb);
            }
            case DRAIN -> {
                return after(operations.drain(argument), verb);
            }
            case WAIT_CLOSE -> {
                return after(operations.waitClose(argument), verb);
            }
            case KILL_CLIENT -> {
                return onClient(
                        argument,
                        verb,
                        id ->
                                operations
                                        .killClient(id)
                                        .thenApply(found -> found || consoles.kill(id)));
            }
            case CANCEL_CLIENT -> {
                return onClient(argument, verb, operations::cancelClient);
            }
            case RELOAD -> {
                return control.reload()
                        .thenApply(change ->
                                change.isMade()
                                        ? new Reply.Done(verb.name(), change.postponed())
                                        : failed(ProxyError.CONSOLE_RELOAD_FAILED, change));
            }
            case RESET -> {
                return operations.resetStatements().thenApply(_ -> new Reply.Done(verb.name()));
            }
            case SHUTDOWN -> {
                return shutDown(argument);
            }
            case HOLD -> {
                return after(operations.hold(argument), verb);
            }
            case RELEASE -> operations.release(argument);
            case FORGET -> operations.forgetCluster(argument);
            case RESUME -> operations.resume(argument);
            case RECONNECT -> operations.reconnect(argument);
            case DISABLE -> operations.disable(argument, true);
            case ENABLE -> operations.disable(argument, false);
        }
        return now(new Reply.Done(verb.name()));
    }

    /**
     * Lets clients wait for another primary.
     *
     * @param early takes the notices that come before the answer; on any thread
     */
    CompletableFuture<Reply> switchOver(Command.Switchover asked, Consumer<String> early) {
        try {
            CompletableFuture<List<String>> work =
                    operations.switchOver(
                            asked.database(), asked.node(), asked.graceSeconds(), early);
            var reply = new CompletableFuture<Reply>();
            work.whenComplete((notices, failure) -> {
                if (failure instanceof Refused refused) {
                    reply.complete(new Reply.Failure(refused.why()));
                } else if (failure != null) {
                    reply.completeExceptionally(failure);
                } else {
                    reply.complete(new Reply.Done("SWITCHOVER", notices));
                }
            });
            reply.whenComplete((_, failure) -> {
                if (failure != null) {
                    work.cancel(false);
                }
            });
            return reply;
        } catch (Refused e) {
            return now(new Reply.Failure(e.why()));
        }
    }

    CompletableFuture<Reply> set(String key, String value) {
        return control.set(key, value)
                .thenApply(change ->
                        change.isMade()
                                ? new Reply.Done(
                                        "SET " + key + "=" + shown(key, value), change.postponed())
                                : failed(ProxyError.CONSOLE_SET_FAILED, change));
    }

    /** PgBouncer's text, and as its detail what the log says. */
    private static Reply failed(ProxyError error, Control.Change change) {
        String detail = String.join("\n", change.problems());
        return new Reply.Failure(error.refusal().withDetail(detail));
    }

    /** The answer repeats the value, unless it is a secret. */
    private static String shown(String key, String value) {
        for (Setting<?> setting : Settings.ALL) {
            if (setting.name().equals(key) && setting.type().equals(Type.SECRET)) {
                return "****";
            }
        }
        return value;
    }

    private static Reply done(boolean good, Command.Verb verb, ProxyError error) {
        return good ? new Reply.Done(verb.name()) : Reply.failure(error);
    }

    /** The answer once the work is done; whoever cancels the answer stops waiting for the work. */
    private static CompletableFuture<Reply> after(CompletableFuture<Void> work, Command.Verb verb) {
        var reply = new CompletableFuture<Reply>();
        work.whenComplete((_, failure) -> {
            if (failure == null) {
                reply.complete(new Reply.Done(verb.name()));
            } else {
                reply.completeExceptionally(failure);
            }
        });
        reply.whenComplete((_, failure) -> {
            if (failure != null) {
                work.cancel(false);
            }
        });
        return reply;
    }

    /** Takes the id that SHOW CLIENTS shows, or the {@code ptr}. */
    private static CompletableFuture<Reply> onClient(
            @Nullable String argument,
            Command.Verb verb,
            LongFunction<CompletableFuture<Boolean>> what) {
        String text = argument == null ? "" : argument;
        long id;
        try {
            id = text.startsWith("0x") ? Shown.clientOf(text) : Long.parseLong(text);
        } catch (NumberFormatException _) {
            return now(Reply.failure(ProxyError.CONSOLE_INVALID_CLIENT));
        }
        return what.apply(id)
                .thenApply(found -> done(found, verb, ProxyError.CONSOLE_NO_SUCH_CLIENT));
    }

    private CompletableFuture<Reply> shutDown(@Nullable String how) {
        Shutdown mode =
                how == null ? Shutdown.IMMEDIATE : Shutdown.valueOf(how.toUpperCase(Locale.ROOT));
        control.shutDown(mode);
        return mode == Shutdown.IMMEDIATE
                ? new CompletableFuture<>() // the connection ends with the process
                : now(new Reply.Done("SHUTDOWN"));
    }

    private static CompletableFuture<Reply> now(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }
}
