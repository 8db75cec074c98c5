package dev.weir.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The part of ASN.1's DER that is needed to wrap the content of an old key file in PKCS#8, the only
 * format that Java reads (RFC 5958).
 */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = {0x02, 1, 0};
    private static final byte[] NULL = {0x05, 0};
    private static final byte[] RSA_ENCRYPTION = HexFormat.of().parseHex("06092a864886f70d010101");
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Der() {}

    /** Wraps an RSAPrivateKey of PKCS#1 (RFC 8017). */
    static byte[] pkcs8OfRsa(byte[] pkcs1) {
        return pkcs8(RSA_ENCRYPTION, NULL, pkcs1);
    }

    /**
     * Wraps an ECPrivateKey of SEC 1 (RFC 5915).
     *
     * @param curve from the key itself, or from the block before it
     */
    static byte[] pkcs8OfEc(byte[] sec1, byte[] curve) {
        return pkcs8(EC_PUBLIC_KEY, curve, sec1);
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] parameters, byte[] key) {
        byte[] identifier = element(SEQUENCE, algorithm, parameters);
        return element(SEQUENCE, VERSION_0, identifier, element(OCTET_STRING, key));
    }

    private static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
            int from = length < 0x100 ? 3 : length < 0x1_0000 ? 2 : 1;
            out.write(0x80 | Integer.BYTES - from);
            out.write(bytes, from, Integer.BYTES - from);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /**
     * The curve that an ECPrivateKey names; null if it names none, or if this is not an
     * ECPrivateKey.
     */
    static byte @Nullable [] curveOf(byte[] sec1) {
        try {
            ByteBuffer in = ByteBuffer.wrap(sec1);
            in.get();
            int length = length(in);
            in.limit(in.position() + length);
            while (in.hasRemaining()) {
                int tag = in.get() & 0xff;
                byte[] content = new byte[length(in)];
                in.get(content);
                if (tag == PARAMETERS) {
                    return content;
                }
            }
            return null;
        } catch (RuntimeException notDer) {
            return null;
        }
    }

    private static int length(ByteBuffer in) {
        int first = in.get() & 0xff;
        int length = first & 0x7f;
        if (first < 0x80) {
            return length;
        }
        int value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | in.get() & 0xff;
        }
        if (length > 3 || value > in.remaining()) {
            throw new IllegalArgumentException("length");
        }
        return value;
    }
}
