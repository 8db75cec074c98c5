package dev.weir.auth;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One question to {@code auth_query}, on behalf of all logins of a user that came before it was
 * sent. Confined to the loop of its {@link AuthQuestions}.
 */
final class AuthQuestion {
    /** Questions with the same key are one. */
    record Key(String query, String user) {}

    private record Asker(EventExecutor loop, Consumer<Account> then) {}

    private final Key key;
    private final List<Asker> askers = new ArrayList<>(1);
    private @Nullable Future<?> deadline;
    private boolean sentBefore;
    private boolean over;

    AuthQuestion(Key key) {
        this.key = key;
    }

    Key key() {
        return key;
    }

    void join(EventExecutor loop, Consumer<Account> then) {
        askers.add(new Asker(loop, then));
    }

    int askers() {
        return askers.size();
    }

    void deadline(Future<?> timer) {
        deadline = timer;
    }

    /** Whether it may be sent once more, since its connection was lost before any answer. */
    boolean maySendAgain() {
        boolean first = !sentBefore;
        sentBefore = true;
        return first && !over;
    }

    boolean isOver() {
        return over;
    }

    /** Answers all logins that asked, once. */
    void answer(Account account) {
        if (over) {
            return;
        }
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        for (Asker asker : askers) {
            asker.loop.execute(() -> asker.then.accept(account));
        }
    }

    @Override
    public String toString() {
        return "AuthQuestion[" + key.user + "]";
    }
}
