package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes the messages that a client sends and a server reads. Buffers are borrowed and grow as
 * needed; strings are UTF-8.
 *
 * <p>A string with a zero character causes an IllegalArgumentException, because it would be read as
 * two strings. Byte arrays are assumed to contain no zero byte. Section "Message Formats" of the
 * PostgreSQL manual.
 */
public final class FrontendMessages {
    private FrontendMessages() {}

    /**
     * Writes a StartupMessage.
     *
     * @param parameters must contain {@code user}; written in iteration order
     */
    public static void startup(ByteBuf out, int major, int minor, Map<String, String> parameters) {
        int start = Wire.begin(out);
        out.writeShort(major).writeShort(minor);
        parameters.forEach((name, value) -> {
            Wire.string(out, name);
            Wire.string(out, value);
        });
        out.writeByte(0);
        Wire.end(out, start);
    }

    public static void sslRequest(ByteBuf out) {
        out.writeInt(2 * Integer.BYTES).writeInt(StartupDecoder.SSL_CODE);
    }

    public static void cancelRequest(ByteBuf out, CancelKey key) {
        int start = Wire.begin(out);
        out.writeInt(StartupDecoder.CANCEL_CODE).writeInt(key.processId());
        key.secret().writeTo(out);
        Wire.end(out, start);
    }

    /**
     * Writes a PasswordMessage.
     *
     * @param password the clear-text password, or the response computed by {@link
     *     dev.weir.protocol.auth.Md5}
     */
    public static void password(ByteBuf out, String password) {
        int start = Wire.begin(out, FrontendTag.PASSWORD);
        Wire.string(out, password);
        Wire.end(out, start);
    }

    public static void saslInitialResponse(ByteBuf out, String mechanism, byte[] data) {
        int start = Wire.begin(out, FrontendTag.PASSWORD);
        Wire.string(out, mechanism);
        out.writeInt(data.length).writeBytes(data);
        Wire.end(out, start);
    }

    public static void saslResponse(ByteBuf out, byte[] data) {
        int start = Wire.begin(out, FrontendTag.PASSWORD);
        out.writeBytes(data);
        Wire.end(out, start);
    }

    public static void query(ByteBuf out, String sql) {
        int start = Wire.begin(out, FrontendTag.QUERY);
        Wire.string(out, sql);
        Wire.end(out, start);
    }

    public static void query(ByteBuf out, byte[] sqlUtf8) {
        int start = Wire.begin(out, FrontendTag.QUERY);
        Wire.string(out, sqlUtf8);
        Wire.end(out, start);
    }

    /**
     * Closes a statement or a portal of the server.
     *
     * @param kind {@code S} for a statement, {@code P} for a portal
     */
    public static void close(ByteBuf out, byte kind, byte[] name) {
        assert kind == 'S' || kind == 'P' : kind;
        int start = Wire.begin(out, FrontendTag.CLOSE);
        out.writeByte(kind);
        Wire.string(out, name);
        Wire.end(out, start);
    }

    public static void parse(ByteBuf out, byte[] name, byte[] sql, int... paramOids) {
        int start = Wire.begin(out, FrontendTag.PARSE);
        Wire.string(out, name);
        Wire.string(out, sql);
        out.writeShort(paramOids.length);
        for (int oid : paramOids) {
            out.writeInt(oid);
        }
        Wire.end(out, start);
    }

    /**
     * Binds a statement to a portal, with results in text format.
     *
     * @param values the values of the parameters, in text format
     */
    public static void bind(ByteBuf out, String portal, String statement, String... values) {
        int start = Wire.begin(out, FrontendTag.BIND);
        Wire.string(out, portal);
        Wire.string(out, statement);
        out.writeShort(0).writeShort(values.length);
        for (String value : values) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length).writeBytes(utf8);
        }
        out.writeShort(0);
        Wire.end(out, start);
    }

    /**
     * Executes a portal.
     *
     * @param rowsMax 0 = all rows
     */
    public static void execute(ByteBuf out, String portal, int rowsMax) {
        int start = Wire.begin(out, FrontendTag.EXECUTE);
        Wire.string(out, portal);
        out.writeInt(rowsMax);
        Wire.end(out, start);
    }

    public static void sync(ByteBuf out) {
        Wire.empty(out, FrontendTag.SYNC);
    }

    public static void flush(ByteBuf out) {
        Wire.empty(out, FrontendTag.FLUSH);
    }

    public static void terminate(ByteBuf out) {
        Wire.empty(out, FrontendTag.TERMINATE);
    }
}
