package dev.weir.protocol.auth;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What one side of SCRAM states about channel binding (RFC 5802, section 7). With channel binding,
 * the server proves that both ends see the same TLS connection, with nobody in between.
 */
public final class ScramBinding {
    /** The name of the mechanism with channel binding. */
    public static final String MECHANISM_PLUS = ScramSecret.MECHANISM + "-PLUS";

    /** The only type of channel binding that PostgreSQL supports. */
    static final String TYPE = "tls-server-end-point";

    /** For a connection without TLS, or with a certificate that does not allow channel binding. */
    public static final ScramBinding NONE = new ScramBinding("n,,", new byte[0]);

    /**
     * For TLS to a server that does not offer channel binding. If the server did offer it, and
     * somebody in between removed the offer, the server refuses the login.
     */
    public static final ScramBinding NOT_OFFERED = new ScramBinding("y,,", new byte[0]);

    private final String header;
    private final byte[] data;

    private ScramBinding(String header, byte[] data) {
        this.header = header;
        this.data = data;
    }

    /**
     * For SCRAM-SHA-256-PLUS.
     *
     * @param certificateHash {@code tls-server-end-point} of the server's certificate (RFC 5929)
     */
    public static ScramBinding endPoint(byte[] certificateHash) {
        return new ScramBinding("p=" + TYPE + ",,", certificateHash.clone());
    }

    /** The mechanism to select. */
    public String mechanism() {
        return binds() ? MECHANISM_PLUS : ScramSecret.MECHANISM;
    }

    boolean binds() {
        return data.length > 0;
    }

    String header() {
        return header;
    }

    /** The value of the attribute c. */
    String attribute() {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(data);
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    @Override
    public String toString() {
        return "ScramBinding[" + header + "]";
    }
}
