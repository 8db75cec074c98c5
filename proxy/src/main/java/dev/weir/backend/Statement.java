package dev.weir.backend;

import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;

/**
 * A prepared statement that Weir keeps: all clients that parse the same text with the same types
 * under the same settings share it. Two statements are equal only if they are one.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Parse</a>
 */
public final class Statement {
    /** What it takes beside its text: itself, its names, its places in tables. */
    private static final int OBJECT_BYTES = 256;

    private final Key key;
    private final byte[] serverName;
    private int references;
    private boolean proven;

    Statement(Key key, byte[] serverName) {
        this.key = key;
        this.serverName = serverName;
    }

    /** The text, and the types of its parameters. */
    public Text text() {
        return key.text;
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
        key.text.writeParse(out, serverName);
    }

    /** Writes a Close of its server name. */
    public void writeClose(ByteBuf out) {
        out.writeByte('C');
        out.writeInt(4 + 1 + serverName.length + 1);
        out.writeByte('S');
        out.writeBytes(serverName);
        out.writeByte(0);
    }

    /** How much memory it takes, in bytes, about. */
    public int weight() {
        return OBJECT_BYTES + key.text.weight();
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

    /**
     * What makes two statements the same.
     *
     * @param text the text, and the types of its parameters
     * @param frozen the settings that PostgreSQL freezes into it at Parse
     */
    public record Key(Text text, ParameterSet frozen) {}
}
