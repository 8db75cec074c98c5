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
 * The clients of one shard that wait for a server connection, oldest first, whatever node they wait
 * for. Confined to the loop of its {@link ClientShard}.
 */
final class WaitingLine {
    /*
     * One queue for each node that somebody waits for, so that a connection that is free finds its
     * client without passing those who wait for another node; one for those who take whichever node
     * is the primary; one for those who want a connection of their own, who wait for the primary,
     * too; one for those who stand aside until they are let in. Numbers make one line of them all.
     */
    private final ArrayDeque<Waiting> forPrimary = new ArrayDeque<>();
    private final ArrayDeque<Waiting> dedicated = new ArrayDeque<>();
    private final ArrayDeque<Waiting> aside = new ArrayDeque<>(0);
    private final List<ArrayDeque<Waiting>> forNodes = new ArrayList<>(0);
    private long nextNumber;
    private int size;

    /** A place that was left, for the next one: most lines are joined as often as they are left. */
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

    /** Puts a waiter at the end that is served only when {@link #letIn} was called. */
    Waiting joinAside(Waiter waiter, long nowNanos) {
        Waiting entry = join(waiter, ClientShard.PRIMARY, nowNanos);
        queueOf(entry).remove(entry);
        entry.isKept(true);
        aside.add(entry);
        return entry;
    }

    /** Lets those who stand aside stand where they came. */
    void letIn() {
        if (aside.isEmpty()) {
            return;
        }
        for (Waiting entry : aside) {
            entry.isKept(false);
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
     * Who has waited longest for a node.
     *
     * @param isPrimary whether it serves those who wait for the primary
     */
    @Nullable Waiting first(int node, boolean isPrimary) {
        ArrayDeque<Waiting> own = queueOrNull(node);
        return older(
                own == null ? null : own.peekFirst(), isPrimary ? forPrimary.peekFirst() : null);
    }

    /** How many wait for a node, but for those who want a connection of their own. */
    int count(int node, boolean isPrimary) {
        ArrayDeque<Waiting> own = queueOrNull(node);
        return (own == null ? 0 : own.size()) + (isPrimary ? forPrimary.size() : 0);
    }

    /** How many wait for the primary, those who want a connection of their own included. */
    int countForPrimary() {
        return forPrimary.size() + dedicated.size() + aside.size();
    }

    /** Whether nobody waits for a node, for any connection or one of its own. */
    boolean isQuiet(int node, boolean isPrimary) {
        return count(node, isPrimary) == 0 && !(isPrimary && !dedicated.isEmpty());
    }

    /** The first who wants a connection of its own that nobody opens yet; null if there is none. */
    @Nullable Waiting firstDedicated() {
        for (Waiting entry : dedicated) {
            if (!entry.isBeingOpened()) {
                return entry;
            }
        }
        return null;
    }

    /** Takes one out; false if it is not in the line any more. */
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
        entry.isHeldNoMore();
    }

    /** Takes one out that is served now, and keeps its place for another: nobody may know of it. */
    void take(Waiting left) {
        boolean was = remove(left);
        assert was;
        left.end(spare);
        spare = left;
    }

    /** For how long the first has waited; 0 if nobody waits. */
    long longest(long nowNanos) {
        Waiting first = oldest();
        return first == null ? 0 : nowNanos - first.sinceNanos();
    }

    /** Who waits, and since when. */
    Map<Waiter, Long> since() {
        var since = new IdentityHashMap<Waiter, Long>();
        forEach(entry -> since.put(entry.waiter(), entry.sinceNanos()));
        return since;
    }

    /** Finds where a waiter stands; null if it does not wait. */
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

    /** Whether fewer than {@code limit} stand before a waiter in its queue. */
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

    /** Those who wait for a node, in their order, with those who want a connection of their own. */
    List<Waiting> all(int node, boolean isPrimary) {
        return those(node, isPrimary, _ -> true);
    }

    /**
     * The same, but of each queue only those before the first who does not wait for that node alone
     * and is still patient.
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

    /**
     * Lets those who wait for a node wait for the primary, where they would stand in that queue.
     */
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

    /** The same for all nodes, of which none are left. */
    void redirectAll() {
        for (int node = 0; node < forNodes.size(); node++) {
            redirect(node);
        }
    }

    /** Takes out and hands over, oldest first in each queue, all who have waited for too long. */
    void takeExpired(long limitNanos, long nowNanos, Consumer<Waiting> expired) {
        for (ArrayDeque<Waiting> queue : queues()) {
            Waiting first = queue.peekFirst();
            while (first != null && first.patience(nowNanos) > limitNanos) {
                queue.pollFirst();
                size--;
                expired.accept(first);
                first.isHeldNoMore();
                first = queue.peekFirst();
            }
        }
    }

    /** All who wait; a copy. */
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
