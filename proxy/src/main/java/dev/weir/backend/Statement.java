package dev.weir.backend;

import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;

/**
 * A prepared statement that Weir keeps: all clients that parse the same text with the same types,
 * under the same settings and with the same catalog, share it. Where these were not known, it is
 * private to one client. Two statements are equal only if they are one.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Parse</a>
 */
public final class Statement {
    /** What it takes beside its text: itself, its names, its places in tables. */
    private static final int OBJECT_BYTES = 256;

    private final Key key;
    private final byte[] serverName;
    private int references;
    private final boolean shared;
    private boolean proven;

    /** What a server said of its parameters and columns, as a number; 0 if that is not known. */
    private long description;

    Statement(Key key, byte[] serverName, boolean shared) {
        this.key = key;
        this.serverName = serverName;
        this.shared = shared;
    }

    /** The text, and the types of its parameters. */
    public Text text() {
        return key.text;
    }

    /** The settings that decide what it means, as they were when it was parsed first. */
    public ParameterSet settings() {
        return key.settings;
    }

    /** The number of the catalog for which it was parsed first. */
    public long catalog() {
        return key.catalog;
    }

    /** Whether its settings were known, so that it is the same for all clients. */
    public boolean isShared() {
        return shared;
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

    /** Whether it is known what clients were told of its parameters and columns. */
    public boolean isDescribed() {
        return description != 0;
    }

    /** Takes what a server says of it; false if it is not what was said before. */
    boolean describe(long now) {
        if (description == 0) {
            description = now;
        }
        return description == now;
    }

    /** A statement of the same text takes over what clients were told of this one. */
    void inherit(Statement told) {
        description = told.description;
    }

    /** Writes a Parse of this statement under its server name. */
    public void writeParse(ByteBuf out) {
        key.text.writeParse(out, serverName);
    }

    /** Writes a Close of its server name. */
    public void writeClose(ByteBuf out) {
        writeNamed(out, 'C');
    }

    /** Writes a Describe of its server name. */
    public void writeDescribe(ByteBuf out) {
        writeNamed(out, 'D');
    }

    private void writeNamed(ByteBuf out, char tag) {
        out.writeByte(tag);
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
     * @param settings those that decide what it means
     * @param catalog the {@linkplain CatalogChanges#number number} of the catalog
     */
    public record Key(Text text, ParameterSet settings, long catalog) {}
}
