package dev.weir.backend;

import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;

/**
 * A prepared statement that Weir keeps: all clients that parse the same text with the same types,
 * under the same settings and with the same catalog, share it. If these are not known, the
 * statement is private to one client. Statements are compared by identity.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Parse</a>
 */
public final class Statement {
    /** The memory it takes besides its text: the object, its names, its table entries. */
    private static final int OBJECT_BYTES = 256;

    private final Key key;
    private final byte[] serverName;
    private int references;
    private final boolean shared;
    private boolean proven;
    private boolean noticed;

    /** The checksum of its {@link Description}; 0 if not known. */
    private long description;

    Statement(Key key, byte[] serverName, boolean shared) {
        this.key = key;
        this.serverName = serverName;
        this.shared = shared;
    }

    /** The text with the types of its parameters. */
    public Text text() {
        return key.text;
    }

    /** The settings that decide what it means, as they were when it was first parsed. */
    public ParameterSet settings() {
        return key.settings;
    }

    /** The number of the catalog with which it was first parsed. */
    public long catalog() {
        return key.catalog;
    }

    /** Whether clients share it. */
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

    /** Whether a server answered its Parse with a notice, which each client must get. */
    boolean isNoticed() {
        return noticed;
    }

    void notice() {
        noticed = true;
    }

    /** Whether a description has been given to clients. */
    public boolean isDescribed() {
        return description != 0;
    }

    /** Takes a server's description; false if it differs from an earlier one. */
    boolean describe(long now) {
        if (description == 0) {
            description = now;
        }
        return description == now;
    }

    /** Takes over the description of a statement of the same text. */
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

    /** The approximate memory that it takes, in bytes. */
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
     * @param text the text with the types of its parameters
     * @param settings those that decide what it means
     * @param catalog the {@linkplain CatalogChanges#number number} of the catalog
     */
    public record Key(Text text, ParameterSet settings, long catalog) {}
}
