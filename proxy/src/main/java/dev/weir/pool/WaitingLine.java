package dev.weir.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one shard that wait for a server connection, oldest first, whichever node they
 * wait for. Confined to the loop of its {@link ClientShard}.
 */
final class WaitingLine {
    /*
     * There is one queue for each node that clients wait for, so that a free connection finds its
     * client without searching among those who wait for another node; one for those who wait for
     * whichever node is the primary; one for those who want a dedicated connection, which is to the
     * primary, too; and one for those who stand aside until they are let in. Their numbers make a
     * single line of all queues.
     */
    private final ArrayDeque<Waiting> forPrimary = new ArrayDeque<>();
    private final ArrayDeque<Waiting> dedicated = new ArrayDeque<>();
    private final ArrayDeque<Waiting> aside = new ArrayDeque<>(0);
    private final List<ArrayDeque<Waiting>> forNodes = new ArrayList<>(0);
    private long nextNumber;
    private int size;

    /** Places to be reused, so that joining the line allocates nothing as a rule. */
    private @Nullable Waiting spare;

    /** Puts a waiter at the end. */
    Waiting join(Waiter waiter, int node, long nowNanos) {
        Waiting entry = spare;
        if (entry == null) {
            entry = new Waiting(waiter, node, nowNanos, nextNumber++);
        } else {
            spare = entry.nextSpare();
            entry.begin(waiter, node, nowNanos, nextNumber++);
        }
        queueOf(entry).add(entry);
        size++;
        return entry;
    }

    /** Puts at the end a waiter that is not served before {@link #letIn} is called. */
    Waiting joinAside(Waiter waiter, long nowNanos) {
        Waiting entry = join(waiter, ClientShard.PRIMARY, nowNanos);
        queueOf(entry).remove(entry);
        entry.keep(true);
        aside.add(entry);
        return entry;
    }

    /** Puts those who stand aside where they would be had they not stood aside. */
    void letIn() {
        if (aside.isEmpty()) {
            return;
        }
        for (Waiting entry : aside) {
            entry.keep(false);
            queueOf(entry).add(entry);
        }
        aside.clear();
        sort(forPrimary);
        sort(dedicated);
    }

    private static void sort(ArrayDeque<Waiting> queue) {
        var sorted = new ArrayList<>(queue);
        sorted.sort(WaitingLine::compare);
        queue.clear();
        queue.addAll(sorted);
    }

    private ArrayDeque<Waiting> queueOf(Waiting entry) {
        if (entry.isKept()) {
            return aside;
        }
        if (entry.dedicated() != null) {
            return dedicated;
        }
        return entry.node() == ClientShard.PRIMARY ? forPrimary : queueOf(entry.node());
    }

    private ArrayDeque<Waiting> queueOf(int node) {
        while (forNodes.size() <= node) {
            forNodes.add(new ArrayDeque<>());
        }
        return forNodes.get(node);
    }

    private @Nullable ArrayDeque<Waiting> queueOrNull(int node) {
        return node >= 0 && node < forNodes.size() ? forNodes.get(node) : null;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Whoever has waited longest; null if nobody waits. */
    @Nullable Waiting oldest() {
        Waiting oldest = older(forPrimary.peekFirst(), dedicated.peekFirst());
        oldest = older(oldest, aside.peekFirst());
        for (ArrayDeque<Waiting> queue : forNodes) {
            oldest = older(oldest, queue.peekFirst());
        }
        return oldest;
    }

    private static @Nullable Waiting older(@Nullable Waiting one, @Nullable Waiting two) {
        if (one == null || two == null) {
            return one == null ? two : one;
        }
        return one.cameBefore(two) ? one : two;
    }

    /**
     * The longest waiting client for a node; null if nobody waits.
     *
     * @param isPrimary whether the node serves those who wait for the primary
     */
    @Nullable Waiting first(int node, boolean isPrimary) {
        ArrayDeque<Waiting> own = queueOrNull(node);
        return older(
                own == null ? null : own.peekFirst(), isPrimary ? forPrimary.peekFirst() : null);
    }

    /** How many wait for a node, not counting those who want a dedicated connection. */
    int count(int node, boolean isPrimary) {
        ArrayDeque<Waiting> own = queueOrNull(node);
        return (own == null ? 0 : own.size()) + (isPrimary ? forPrimary.size() : 0);
    }

    /** How many wait for the primary, including those who want a dedicated connection. */
    int countForPrimary() {
        return forPrimary.size() + dedicated.size() + aside.size();
    }

    /** Whether nobody waits for any kind of connection to a node. */
    boolean isQuiet(int node, boolean isPrimary) {
        return count(node, isPrimary) == 0 && !(isPrimary && !dedicated.isEmpty());
    }

    /** The longest waiting client whose dedicated connection is not being opened yet; or null. */
    @Nullable Waiting firstDedicated() {
        for (Waiting entry : dedicated) {
            if (!entry.isBeingOpened()) {
                return entry;
            }
        }
        return null;
    }

    /** Takes a waiter out; false if it is no longer in the line. */
    boolean remove(Waiting entry) {
        ArrayDeque<Waiting> queue = queueOf(entry);
        boolean was = queue.peekFirst() == entry ? queue.pollFirst() != null : queue.remove(entry);
        if (was) {
            left(entry);
        }
        return was;
    }

    private void left(Waiting entry) {
        size--;
        entry.release();
    }

    /** Takes out a waiter that is served now, and keeps its place, which nobody may refer to. */
    void take(Waiting left) {
        boolean was = remove(left);
        assert was;
        left.end(spare);
        spare = left;
    }

    /** How long the oldest has waited, in nanoseconds; 0 if nobody waits. */
    long longest(long nowNanos) {
        Waiting first = oldest();
        return first == null ? 0 : nowNanos - first.sinceNanos();
    }

    /** The waiters, and since when each has waited. */
    Map<Waiter, Long> since() {
        var since = new IdentityHashMap<Waiter, Long>();
        forEach(entry -> since.put(entry.waiter(), entry.sinceNanos()));
        return since;
    }

    /** Finds the place of a waiter; null if it does not wait. */
    @Nullable Waiting find(Waiter waiter) {
        for (ArrayDeque<Waiting> queue : queues()) {
            for (Waiting entry : queue) {
                if (entry.waiter() == waiter) {
                    return entry;
                }
            }
        }
        return null;
    }

    /** Whether fewer than {@code limit} are ahead of a waiter in its queue. */
    boolean isAmongFirst(Waiting entry, int limit) {
        int before = 0;
        for (Waiting other : queueOf(entry)) {
            if (other == entry || before >= limit) {
                break;
            }
            before++;
        }
        return before < limit;
    }

    /** Those who wait for a node, oldest first, including those who want a dedicated connection. */
    List<Waiting> all(int node, boolean isPrimary) {
        return those(node, isPrimary, _ -> true);
    }

    /**
     * The same, but of those who wait for the primary only those at the head of each queue who have
     * waited for {@code patienceNanos}.
     */
    List<Waiting> impatient(int node, boolean isPrimary, long patienceNanos, long nowNanos) {
        return those(node, isPrimary, entry -> entry.patience(nowNanos) >= patienceNanos);
    }

    private List<Waiting> those(int node, boolean isPrimary, Predicate<Waiting> ofPrimary) {
        var all = new ArrayList<Waiting>();
        ArrayDeque<Waiting> own = queueOrNull(node);
        if (own != null) {
            all.addAll(own);
        }
        if (isPrimary) {
            addWhile(ofPrimary, forPrimary, all);
            addWhile(ofPrimary, dedicated, all);
        }
        all.sort(WaitingLine::compare);
        return all;
    }

    private static void addWhile(
            Predicate<Waiting> holds, ArrayDeque<Waiting> queue, List<Waiting> to) {
        for (Waiting entry : queue) {
            if (!holds.test(entry)) {
                return;
            }
            to.add(entry);
        }
    }

    private static int compare(Waiting one, Waiting two) {
        return one == two ? 0 : one.cameBefore(two) ? -1 : 1;
    }

    /** Makes those who wait for a node wait for the primary, ordered by when they came. */
    void redirect(int node) {
        ArrayDeque<Waiting> own = queueOrNull(node);
        if (own == null || own.isEmpty()) {
            return;
        }
        own.forEach(Waiting::waitForPrimary);
        forPrimary.addAll(own);
        own.clear();
        sort(forPrimary);
    }

    /** The same for all nodes: none is left. */
    void redirectAll() {
        for (int node = 0; node < forNodes.size(); node++) {
            redirect(node);
        }
    }

    /** Takes out and hands over all who have waited too long, oldest first in each queue. */
    void takeExpired(long limitNanos, long nowNanos, Consumer<Waiting> expired) {
        for (ArrayDeque<Waiting> queue : queues()) {
            Waiting first = queue.peekFirst();
            while (first != null && first.patience(nowNanos) > limitNanos) {
                queue.pollFirst();
                size--;
                expired.accept(first);
                first.release();
                first = queue.peekFirst();
            }
        }
    }

    /** A copy of all places. */
    List<Waiting> everyone() {
        var all = new ArrayList<Waiting>(size);
        forEach(all::add);
        return all;
    }

    void forEach(Consumer<Waiting> action) {
        queues().forEach(queue -> queue.forEach(action));
    }

    private List<ArrayDeque<Waiting>> queues() {
        var all = new ArrayList<ArrayDeque<Waiting>>(forNodes.size() + 3);
        all.add(forPrimary);
        all.add(dedicated);
        all.add(aside);
        all.addAll(forNodes);
        return all;
    }
}
