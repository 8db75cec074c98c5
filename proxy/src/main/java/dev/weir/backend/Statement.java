package dev.weir.backend;

import dev.weir.sql.Access;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement that Weir keeps: all clients that parse the same text with the same types
 * under the same settings share it. Two statements are equal only if they are one.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Parse</a>
 */
public final class Statement {
    private final Key key;
    private final long facts;
    private final byte[] serverName;
    private int references;
    private boolean proven;
    private Access access = Access.TOO_LONG;

    Statement(Key key, long facts, byte[] serverName) {
        this.key = key;
        this.facts = facts;
        this.serverName = serverName;
    }

    /** What {@code sql} says of the text. */
    public long facts() {
        return facts;
    }

    /** What the text asks of the node that runs it, if that was found out. */
    public Access access() {
        return access;
    }

    public void access(Access found) {
        access = found;
    }

    /** The reported settings that PostgreSQL froze into it at Parse. */
    public ParameterSet frozen() {
        return key.frozen;
    }

    /** The name that it has on every server connection. */
    public byte[] serverName() {
        return serverName;
    }

    /** Whether some server has accepted it. */
    public boolean isProven() {
        return proven;
    }

    void prove() {
        proven = true;
    }

    /** Writes a Parse of this statement under its server name. */
    public void writeParse(ByteBuf out) {
        out.writeByte('P');
        out.writeInt(4 + serverName.length + 1 + key.body.length);
        out.writeBytes(serverName);
        out.writeByte(0);
        out.writeBytes(key.body);
    }

    /** Writes a Close of its server name. */
    public void writeClose(ByteBuf out) {
        out.writeByte('C');
        out.writeInt(4 + 1 + serverName.length + 1);
        out.writeByte('S');
        out.writeBytes(serverName);
        out.writeByte(0);
    }

    Key key() {
        return key;
    }

    int retain() {
        return ++references;
    }

    int release() {
        assert references > 0;
        return --references;
    }

    /** What makes two statements the same. */
    public static final class Key {
        private final byte[] body;
        private final ParameterSet frozen;
        private final int hash;

        /**
         * @param body the bytes of Parse behind the statement's name (text, NUL, number of types,
         *     types); taken over
         */
        public Key(byte[] body, ParameterSet frozen) {
            this.body = body;
            this.frozen = frozen;
            this.hash = Arrays.hashCode(body) * 31 + frozen.hashCode();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that
                    && hash == that.hash
                    && Arrays.equals(body, that.body)
                    && frozen.equals(that.frozen);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
