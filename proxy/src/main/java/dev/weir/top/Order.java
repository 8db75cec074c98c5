package dev.weir.top;

import dev.weir.top.Sample.Pool;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/** What comes first on the page. */
public enum Order {
    WAIT('w'),
    CLIENTS('c'),
    SERVERS('s'),
    TRANSACTIONS('t'),
    NAME('n');

    private static final Comparator<Pool> BY_NAME =
            Comparator.comparing(Pool::database).thenComparing(Pool::user);

    private final char key;

    Order(char key) {
        this.key = key;
    }

    /** The key that asks for it; a capital letter does, too. */
    char key() {
        return key;
    }

    /**
     * The order of pools.
     *
     * @param transactions how many a pool's database does in a second
     */
    Comparator<Pool> of(ToDoubleFunction<Pool> transactions) {
        Comparator<Pool> most =
                switch (this) {
                    case WAIT ->
                            Comparator.comparingDouble(Pool::longestWait)
                                    .thenComparingInt(Pool::waiting);
                    case CLIENTS -> Comparator.comparingInt(one -> one.active() + one.waiting());
                    case SERVERS -> Comparator.comparingInt(one -> one.busy() + one.spare());
                    case TRANSACTIONS -> Comparator.comparingDouble(transactions);
                    case NAME -> Comparator.comparingInt(_ -> 0);
                };
        return most.reversed().thenComparing(BY_NAME);
    }
}
