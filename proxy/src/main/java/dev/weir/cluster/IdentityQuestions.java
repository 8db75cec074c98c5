package dev.weir.cluster;

import dev.weir.backend.ServerIdentity;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Those who want to know which server answers at the address of a node. Any thread. */
final class IdentityQuestions {
    private final ConcurrentLinkedQueue<Question> open = new ConcurrentLinkedQueue<>();

    /**
     * One question.
     *
     * @param sinceNanos an answer must have been asked for later
     */
    private record Question(int node, long sinceNanos, Consumer<@Nullable ServerIdentity> told) {}

    void add(int node, long now, Consumer<@Nullable ServerIdentity> told) {
        open.add(new Question(node, now, told));
    }

    /** A node has answered to a question that was sent at {@code sentNanos}. */
    void answered(int node, ServerIdentity found, long sentNanos) {
        for (Question one : open) {
            if (one.node == node && sentNanos - one.sinceNanos > 0 && open.remove(one)) {
                one.told.accept(found);
            }
        }
    }

    /** A node does not answer, or is not asked any more. */
    void failed(int node) {
        for (Question one : open) {
            if (one.node == node && open.remove(one)) {
                one.told.accept(null);
            }
        }
    }
}
