package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages that a server sends and a client reads. Buffers are borrowed and grow as
 * needed; strings are UTF-8.
 *
 * <p>Section "Message Formats" of the PostgreSQL manual.
 */
public final class BackendMessages {
    private static final int AUTHENTICATION_OK = 0;
    private static final int AUTHENTICATION_CLEARTEXT_PASSWORD = 3;
    private static final int AUTHENTICATION_MD5_PASSWORD = 5;
    private static final int AUTHENTICATION_SASL = 10;
    private static final int AUTHENTICATION_SASL_CONTINUE = 11;
    private static final int AUTHENTICATION_SASL_FINAL = 12;

    private static final int MD5_SALT_LENGTH = 4;

    /** A column of a result that Weir itself produces: in text format, and not of any table. */
    public record Column(String name, int typeOid, short typeLength) {}

    private BackendMessages() {}

    public static void authenticationOk(ByteBuf out) {
        authentication(out, AUTHENTICATION_OK, new byte[0]);
    }

    public static void authenticationCleartextPassword(ByteBuf out) {
        authentication(out, AUTHENTICATION_CLEARTEXT_PASSWORD, new byte[0]);
    }

    /**
     * Asks for an MD5 response.
     *
     * @param salt four random bytes
     */
    public static void authenticationMd5Password(ByteBuf out, byte[] salt) {
        if (salt.length != MD5_SALT_LENGTH) {
            throw new IllegalArgumentException("MD5 salt: " + salt.length + " bytes (expected: 4)");
        }
        authentication(out, AUTHENTICATION_MD5_PASSWORD, salt);
    }

    public static void authenticationSasl(ByteBuf out, List<String> mechanisms) {
        int start = Wire.begin(out, BackendTag.AUTHENTICATION);
        out.writeInt(AUTHENTICATION_SASL);
        for (String mechanism : mechanisms) {
            Wire.string(out, mechanism);
        }
        out.writeByte(0);
        Wire.end(out, start);
    }

    public static void authenticationSaslContinue(ByteBuf out, byte[] data) {
        authentication(out, AUTHENTICATION_SASL_CONTINUE, data);
    }

    public static void authenticationSaslFinal(ByteBuf out, byte[] data) {
        authentication(out, AUTHENTICATION_SASL_FINAL, data);
    }

    private static void authentication(ByteBuf out, int kind, byte[] data) {
        int start = Wire.begin(out, BackendTag.AUTHENTICATION);
        out.writeInt(kind).writeBytes(data);
        Wire.end(out, start);
    }

    public static void backendKeyData(ByteBuf out, CancelKey key) {
        int start = Wire.begin(out, BackendTag.BACKEND_KEY_DATA);
        out.writeInt(key.processId());
        key.secret().writeTo(out);
        Wire.end(out, start);
    }

    public static void parameterStatus(ByteBuf out, String name, String value) {
        int start = Wire.begin(out, BackendTag.PARAMETER_STATUS);
        Wire.string(out, name);
        Wire.string(out, value);
        Wire.end(out, start);
    }

    /**
     * Writes ReadyForQuery, which tells the client that it may send the next query.
     *
     * @param status {@code I} idle, {@code T} in a transaction, {@code E} in a failed transaction
     */
    public static void readyForQuery(ByteBuf out, byte status) {
        assert status == 'I' || status == 'T' || status == 'E' : status;
        int start = Wire.begin(out, BackendTag.READY_FOR_QUERY);
        out.writeByte(status);
        Wire.end(out, start);
    }

    /**
     * Writes an ErrorResponse.
     *
     * @param severity ERROR, FATAL or PANIC; sent both as S and as V, because it is not localized
     * @param sqlState five characters
     */
    public static void error(
            ByteBuf out,
            String severity,
            String sqlState,
            String message,
            @Nullable String detail,
            @Nullable String hint) {
        error(out, severity, sqlState, message, detail, hint, null);
    }

    /**
     * As {@link #error(ByteBuf, String, String, String, String, String)}.
     *
     * @param routine the function of PostgreSQL's source that raises the error; null to name none
     */
    public static void error(
            ByteBuf out,
            String severity,
            String sqlState,
            String message,
            @Nullable String detail,
            @Nullable String hint,
            @Nullable String routine) {
        report(out, BackendTag.ERROR_RESPONSE, severity, sqlState, message, detail, hint, routine);
    }

    /**
     * Writes a NoticeResponse.
     *
     * @param severity WARNING, NOTICE, DEBUG, INFO or LOG
     */
    public static void notice(
            ByteBuf out,
            String severity,
            String sqlState,
            String message,
            @Nullable String detail,
            @Nullable String hint) {
        report(out, BackendTag.NOTICE_RESPONSE, severity, sqlState, message, detail, hint, null);
    }

    private static void report(
            ByteBuf out,
            byte tag,
            String severity,
            String sqlState,
            String message,
            @Nullable String detail,
            @Nullable String hint,
            @Nullable String routine) {
        assert sqlState.length() == 5 : sqlState;
        int start = Wire.begin(out, tag);
        field(out, 'S', severity);
        field(out, 'V', severity);
        field(out, 'C', sqlState);
        field(out, 'M', message);
        field(out, 'D', detail);
        field(out, 'H', hint);
        field(out, 'R', routine);
        out.writeByte(0);
        Wire.end(out, start);
    }

    /**
     * Writes a field. Unlike elsewhere, a zero character is not an error here: reporting an error
     * must not cause another.
     */
    private static void field(ByteBuf out, char code, @Nullable String value) {
        if (value != null) {
            out.writeByte(code);
            ByteBufUtil.writeUtf8(out, value.replace('\0', ' '));
            out.writeByte(0);
        }
    }

    /**
     * Tells a client that the server supports less than it asked for.
     *
     * @param newestMinorAsFullVersion the version as PostgreSQL actually sends it, with the major
     *     number in the upper half: 0x30002 for 3.2
     * @param unrecognizedOptions names that begin with {@code _pq_.}
     */
    public static void negotiateProtocolVersion(
            ByteBuf out, int newestMinorAsFullVersion, List<String> unrecognizedOptions) {
        int start = Wire.begin(out, BackendTag.NEGOTIATE_PROTOCOL_VERSION);
        out.writeInt(newestMinorAsFullVersion);
        out.writeInt(unrecognizedOptions.size());
        for (String option : unrecognizedOptions) {
            Wire.string(out, option);
        }
        Wire.end(out, start);
    }

    /**
     * Writes CommandComplete, which ends the results of one command.
     *
     * @param tag the command tag, such as {@code SELECT 1}
     */
    public static void commandComplete(ByteBuf out, String tag) {
        int start = Wire.begin(out, BackendTag.COMMAND_COMPLETE);
        Wire.string(out, tag);
        Wire.end(out, start);
    }

    public static void emptyQueryResponse(ByteBuf out) {
        Wire.empty(out, BackendTag.EMPTY_QUERY_RESPONSE);
    }

    public static void parseComplete(ByteBuf out) {
        Wire.empty(out, BackendTag.PARSE_COMPLETE);
    }

    public static void bindComplete(ByteBuf out) {
        Wire.empty(out, BackendTag.BIND_COMPLETE);
    }

    public static void closeComplete(ByteBuf out) {
        Wire.empty(out, BackendTag.CLOSE_COMPLETE);
    }

    public static void noData(ByteBuf out) {
        Wire.empty(out, BackendTag.NO_DATA);
    }

    public static void parameterDescription(ByteBuf out, int... oids) {
        int start = Wire.begin(out, BackendTag.PARAMETER_DESCRIPTION);
        out.writeShort(oids.length);
        for (int oid : oids) {
            out.writeInt(oid);
        }
        Wire.end(out, start);
    }

    public static void rowDescription(ByteBuf out, List<Column> columns) {
        int start = Wire.begin(out, BackendTag.ROW_DESCRIPTION);
        out.writeShort(columns.size());
        for (Column column : columns) {
            Wire.string(out, column.name());
            out.writeInt(0).writeShort(0); // no table, no attribute
            out.writeInt(column.typeOid()).writeShort(column.typeLength());
            out.writeInt(-1).writeShort(0); // no type modifier, text format
        }
        Wire.end(out, start);
    }

    /**
     * Writes a row in text format.
     *
     * @param values null stands for the SQL NULL
     */
    public static void dataRow(ByteBuf out, List<@Nullable String> values) {
        int start = Wire.begin(out, BackendTag.DATA_ROW);
        out.writeShort(values.size());
        for (@Nullable String value : values) {
            if (value == null) {
                out.writeInt(-1);
            } else {
                int lengthIndex = Wire.begin(out);
                out.setInt(lengthIndex, ByteBufUtil.writeUtf8(out, value));
            }
        }
        Wire.end(out, start);
    }
}
