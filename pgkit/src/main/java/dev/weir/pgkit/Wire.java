package dev.weir.pgkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the messages of a client, as bytes; see "Message Formats" in PostgreSQL's manual. */
public final class Wire {
    public static final int PROTOCOL_3_0 = 3 << 16;
    public static final int PROTOCOL_3_2 = 3 << 16 | 2;

    private static final int CANCEL_REQUEST = 1234 << 16 | 5678;
    private static final int SSL_REQUEST = 1234 << 16 | 5679;
    private static final int GSSENC_REQUEST = 1234 << 16 | 5680;
    private static final byte[][] NO_PARAMETERS = {};

    private Wire() {}

    public static byte[] startup(int protocolVersion, Map<String, String> parameters) {
        Body body = new Body().int32(protocolVersion);
        parameters.forEach((name, value) -> body.string(name).string(value));
        return body.int8(0).untagged();
    }

    public static byte[] sslRequest() {
        return new Body().int32(SSL_REQUEST).untagged();
    }

    public static byte[] gssEncRequest() {
        return new Body().int32(GSSENC_REQUEST).untagged();
    }

    /** CancelRequest, which is the only message on its connection. */
    public static byte[] cancel(int processId, byte[] secret) {
        return new Body().int32(CANCEL_REQUEST).int32(processId).bytes(secret).untagged();
    }

    /** PasswordMessage: a clear-text password, or the MD5 response. */
    public static byte[] password(String password) {
        return new Body().string(password).tagged('p');
    }

    public static byte[] saslInitialResponse(String mechanism, byte[] response) {
        return new Body().string(mechanism).int32(response.length).bytes(response).tagged('p');
    }

    public static byte[] saslResponse(byte[] response) {
        return new Body().bytes(response).tagged('p');
    }

    public static byte[] query(String sql) {
        return new Body().string(sql).tagged('Q');
    }

    public static byte[] parse(String statement, String sql, int... parameterTypes) {
        Body body = new Body().string(statement).string(sql).int16(parameterTypes.length);
        for (int oid : parameterTypes) {
            body.int32(oid);
        }
        return body.tagged('P');
    }

    /** Bind with parameters and results in text format; a null parameter is NULL. */
    public static byte[] bind(String portal, String statement, @Nullable String... parameters) {
        byte[] @Nullable [] values = new byte @Nullable [parameters.length][];
        for (int i = 0; i < parameters.length; i++) {
            String parameter = parameters[i];
            values[i] = parameter == null ? null : parameter.getBytes(StandardCharsets.UTF_8);
        }
        return bindAll(portal, statement, 0, values);
    }

    /** Bind without parameters. */
    public static byte[] bind(String portal, String statement) {
        return bindAll(portal, statement, 0, NO_PARAMETERS);
    }

    /** Bind with parameters and results in binary format; a null parameter is NULL. */
    public static byte[] bindBinary(String portal, String statement, byte[] @Nullable ... values) {
        return bindAll(portal, statement, 1, values);
    }

    private static byte[] bindAll(
            String portal, String statement, int format, byte[] @Nullable [] values) {
        Body body = new Body().string(portal).string(statement).int16(1).int16(format);
        return body.values(values).int16(1).int16(format).tagged('B');
    }

    public static byte[] describeStatement(String statement) {
        return new Body().int8('S').string(statement).tagged('D');
    }

    public static byte[] describePortal(String portal) {
        return new Body().int8('P').string(portal).tagged('D');
    }

    /** Execute; {@code maxRows} 0 means all. */
    public static byte[] execute(String portal, int maxRows) {
        return new Body().string(portal).int32(maxRows).tagged('E');
    }

    public static byte[] closeStatement(String statement) {
        return new Body().int8('S').string(statement).tagged('C');
    }

    public static byte[] closePortal(String portal) {
        return new Body().int8('P').string(portal).tagged('C');
    }

    public static byte[] sync() {
        return new Body().tagged('S');
    }

    public static byte[] flush() {
        return new Body().tagged('H');
    }

    /** FunctionCall with arguments and result in binary format; a null argument is NULL. */
    public static byte[] functionCall(int functionOid, byte[] @Nullable ... arguments) {
        return new Body()
                .int32(functionOid)
                .int16(1)
                .int16(1)
                .values(arguments)
                .int16(1)
                .tagged('F');
    }

    public static byte[] copyData(byte[] data) {
        return new Body().bytes(data).tagged('d');
    }

    public static byte[] copyDone() {
        return new Body().tagged('c');
    }

    public static byte[] copyFail(String reason) {
        return new Body().string(reason).tagged('f');
    }

    public static byte[] terminate() {
        return new Body().tagged('X');
    }

    /** Any message at all, even an invalid one. */
    public static byte[] message(char tag, byte[] body) {
        return new Body().bytes(body).tagged(tag);
    }

    public static byte[] concat(byte[]... messages) {
        Body all = new Body();
        for (byte[] message : messages) {
            all.bytes(message);
        }
        return all.out.toByteArray();
    }

    /** A message under construction. */
    private static final class Body {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Body int8(int value) {
            out.write(value);
            return this;
        }

        Body int16(int value) {
            return int8(value >>> 8).int8(value);
        }

        Body int32(int value) {
            return int16(value >>> 16).int16(value);
        }

        Body string(String value) {
            return bytes(value.getBytes(StandardCharsets.UTF_8)).int8(0);
        }

        Body bytes(byte[] value) {
            out.writeBytes(value);
            return this;
        }

        /** Appends the count, then each value preceded by its length; the length of NULL is -1. */
        Body values(byte[] @Nullable [] values) {
            int16(values.length);
            for (byte @Nullable [] value : values) {
                if (value == null) {
                    int32(-1);
                } else {
                    int32(value.length).bytes(value);
                }
            }
            return this;
        }

        byte[] tagged(char tag) {
            return ByteBuffer.allocate(out.size() + 5)
                    .put((byte) tag)
                    .putInt(out.size() + 4)
                    .put(out.toByteArray())
                    .array();
        }

        byte[] untagged() {
            return ByteBuffer.allocate(out.size() + 4)
                    .putInt(out.size() + 4)
                    .put(out.toByteArray())
                    .array();
        }
    }
}
