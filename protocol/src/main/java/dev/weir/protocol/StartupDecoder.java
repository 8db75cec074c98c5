package dev.weir.protocol;

import dev.weir.protocol.StartupRequest.CancelRequest;
import dev.weir.protocol.StartupRequest.GssEncRequest;
import dev.weir.protocol.StartupRequest.SslRequest;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets without a tag that a client sends first: a length, a code, a body.
 *
 * <p>The limits and the error texts are PostgreSQL's (ProcessStartupPacket). The length is checked
 * as soon as its four bytes have arrived. Thus a client that speaks HTTP is refused at once, and no
 * peer can make Weir keep more than {@value #LENGTH_MAX} bytes before it has logged in.
 */
public final class StartupDecoder {
    /** The largest length word: MAX_STARTUP_PACKET_LENGTH (10000), plus the length word itself. */
    public static final int LENGTH_MAX = 10_004;

    /** The length word and the code. */
    private static final int LENGTH_MIN = 8;

    static final int CANCEL_CODE = 80877102;
    static final int SSL_CODE = 80877103;
    static final int GSSENC_CODE = 80877104;

    private static final int PROTOCOL_MAJOR = 3;

    /** The parameters that say who the client is, and where it wants to be. */
    private static final Set<String> IDENTITY = Set.of("user", "database");

    private StartupDecoder() {}

    /**
     * Decodes exactly one packet and moves the reader index past it; borrows {@code in}.
     *
     * <p>Names and values are UTF-8. A user, a database or the name of a parameter that is not is
     * refused: guessing at its encoding would make it the name of another one. In other values,
     * each byte that is not part of UTF-8 becomes {@code \xNN}, which is what PostgreSQL makes of
     * it in {@code application_name}. If a parameter occurs twice, the later value wins, as in
     * PostgreSQL.
     *
     * @return null, with the reader index unchanged, while the packet is incomplete
     * @throws ProtocolViolation for a packet that PostgreSQL would refuse
     */
    public static @Nullable StartupRequest decode(ByteBuf in) {
        if (in.readableBytes() < Integer.BYTES) {
            return null;
        }
        int length = in.getInt(in.readerIndex());
        if (length < LENGTH_MIN || length > LENGTH_MAX) {
            throw new ProtocolViolation("invalid length of startup packet");
        }
        if (in.readableBytes() < length) {
            return null;
        }
        in.skipBytes(Integer.BYTES);
        int code = in.readInt();
        byte[] body = new byte[length - LENGTH_MIN];
        in.readBytes(body);
        // Like PostgreSQL, we accept an SSLRequest with a body.
        return switch (code) {
            case SSL_CODE -> new SslRequest();
            case GSSENC_CODE -> new GssEncRequest();
            case CANCEL_CODE -> cancelRequest(body);
            default -> startupMessage(code, body);
        };
    }

    private static CancelRequest cancelRequest(byte[] body) {
        int secretLength = body.length - Integer.BYTES;
        if (secretLength < CancelSecret.LENGTH_MIN || secretLength > CancelSecret.LENGTH_MAX) {
            throw new ProtocolViolation("invalid length of cancel key in cancel request packet");
        }
        byte[] secret = new byte[secretLength];
        int processId = ByteBuffer.wrap(body).getInt();
        System.arraycopy(body, Integer.BYTES, secret, 0, secretLength);
        return new CancelRequest(new CancelKey(processId, CancelSecret.copyOf(secret)));
    }

    private static StartupMessage startupMessage(int version, byte[] body) {
        int major = version >>> 16;
        int minor = version & 0xffff;
        Map<String, String> parameters = major == PROTOCOL_MAJOR ? parameters(body) : Map.of();
        return new StartupMessage(major, minor, parameters);
    }

    /**
     * Parses pairs of name and value, each ended by a zero byte; a final zero byte ends the list.
     */
    private static Map<String, String> parameters(byte[] body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        int start = 0;
        while (start < body.length && body[start] != 0) {
            int nameEnd = terminator(body, start);
            int valueEnd = terminator(body, nameEnd + 1);
            String name = name("the name of a parameter", body, start, nameEnd);
            String value =
                    IDENTITY.contains(name)
                            ? name("parameter " + name, body, nameEnd + 1, valueEnd)
                            : text(body, nameEnd + 1, valueEnd);
            parameters.put(name, value);
            start = valueEnd + 1;
        }
        if (start != body.length - 1) {
            throw badLayout();
        }
        return parameters;
    }

    private static int terminator(byte[] body, int start) {
        for (int i = start; i < body.length; i++) {
            if (body[i] == 0) {
                return i;
            }
        }
        throw badLayout();
    }

    private static ProtocolViolation badLayout() {
        return new ProtocolViolation(
                "invalid startup packet layout: expected terminator as last byte");
    }

    private static String name(String what, byte[] body, int start, int end) {
        ByteBuffer bytes = ByteBuffer.wrap(body, start, end - start);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException notUtf8) {
            throw new ProtocolViolation(
                    "invalid byte sequence for encoding \"UTF8\" in startup packet: " + what);
        }
    }

    private static String text(byte[] body, int start, int end) {
        ByteBuffer bytes = ByteBuffer.wrap(body, start, end - start);
        CharBuffer text = CharBuffer.allocate(4 * (end - start)); // each byte as \xNN
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(bytes, text, true);
        while (result.isMalformed()) {
            for (int i = 0; i < result.length(); i++) {
                text.put("\\x%02x".formatted(bytes.get()));
            }
            result = decoder.decode(bytes, text, true);
        }
        return text.flip().toString();
    }
}
