package dev.weir.backend;

import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that clients or server connections of a shard hold, each kept once. A statement is
 * dropped with its last holder, so their memory is bounded by what clients hold.
 */
@LoopConfined
public final class Statements implements LoopOwned {
    /** The prefix of server names; random, so that no client can name a statement not its own. */
    private static final String PREFIX =
            "weir_" + HexFormat.of().toHexDigits(new SecureRandom().nextInt()) + "_";

    private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final ByteBuf PREFIX_BUFFER =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(PREFIX_BYTES));

    /** Prepended to a client's name that looks like one of Weir's. */
    public static final char STRANGE = '?';

    private final EventLoop loop;
    private final MemoryBudget.Share memory;
    private final CatalogChanges catalog;
    private final Map<Statement.Key, Statement> all = new HashMap<>();
    private long created;

    /** Starts empty and without a limit, for a database to which nobody else is connected. */
    public Statements(EventLoop loop) {
        this(loop, new MemoryBudget(Long.MAX_VALUE, List.of(loop)).on(loop), new CatalogChanges());
    }

    /**
     * Starts empty.
     *
     * @param memory the budget of all statements of the loop
     * @param catalog the changes to the catalog of the statements' database
     */
    public Statements(EventLoop loop, MemoryBudget.Share memory, CatalogChanges catalog) {
        this.loop = loop;
        this.memory = memory;
        this.catalog = catalog;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** The share of the memory budget that these statements and their holders use. */
    public MemoryBudget.Share memory() {
        assertInLoop();
        return memory;
    }

    /** The changes to the catalog of the statements' database. */
    public CatalogChanges catalog() {
        assertInLoop();
        return catalog;
    }

    /** The same, for connections that are created on another loop. */
    CatalogChanges catalogOfLoop() {
        return catalog;
    }

    /**
     * Returns the shared statement of this key, held once more; a private one if each client must
     * get the notices of its Parse.
     */
    public Statement hold(Statement.Key key) {
        assertInLoop();
        Statement statement = all.get(key);
        if (statement != null && statement.isNoticed()) {
            return holdPrivate(key);
        } else if (statement == null) {
            statement = new Statement(key, nextName(), true);
            all.put(key, statement);
        }
        retain(statement);
        return statement;
    }

    /** Returns a private statement, held once. */
    public Statement holdPrivate(Statement.Key key) {
        assertInLoop();
        var statement = new Statement(key, nextName(), false);
        retain(statement);
        return statement;
    }

    /** Returns a private statement of the same text, held once. */
    public Statement holdPrivate(Statement like) {
        assertInLoop();
        Statement statement = holdPrivate(like.key());
        statement.inherit(like);
        return statement;
    }

    private byte[] nextName() {
        return (PREFIX + ++created).getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the shared statement of this key; null if there is none. */
    public @Nullable Statement find(Statement.Key key) {
        assertInLoop();
        Statement statement = all.get(key);
        return statement == null || statement.isNoticed() ? null : statement;
    }

    /** Holds a statement once more. */
    public void retain(Statement statement) {
        assertInLoop();
        boolean isFirst = statement.retain() == 1;
        if (isFirst) {
            memory.add(statement.weight());
        }
        if (isFirst && statement.isShared()) {
            all.putIfAbsent(statement.key(), statement);
        }
    }

    /** Gives up one hold. */
    public void release(Statement statement) {
        assertInLoop();
        if (statement.release() == 0) {
            memory.add(-statement.weight());
            all.remove(statement.key(), statement);
        }
    }

    /** Stops sharing a statement, since a table that it uses has changed. */
    public void retire(Statement statement) {
        assertInLoop();
        all.remove(statement.key(), statement);
    }

    /** How many there are. */
    public int size() {
        assertInLoop();
        return all.size();
    }

    /** Whether bytes contain a name of one of Weir's statements. */
    static boolean isNamedIn(ByteBuf in, int start, int length) {
        for (int at = start; at <= start + length - PREFIX_BYTES.length; at++) {
            if (ByteBufUtil.equals(PREFIX_BUFFER, 0, in, at, PREFIX_BYTES.length)) {
                return in.getByte(at - 1) != STRANGE; // otherwise a client made up the name
            }
        }
        return false;
    }

    /** Whether a client's name for a statement could be taken for one of Weir's. */
    public static boolean isReserved(ByteBuf in, int start, int end) {
        return end - start >= PREFIX_BYTES.length
                && ByteBufUtil.equals(PREFIX_BUFFER, 0, in, start, PREFIX_BYTES.length);
    }

    /** Writes a Close of a name that no connection ever has. */
    public static void writeCloseOfNothing(ByteBuf out) {
        out.writeByte('C').writeInt(4 + 1 + PREFIX_BYTES.length + 1);
        out.writeByte('S').writeBytes(PREFIX_BYTES).writeByte(0);
    }
}
