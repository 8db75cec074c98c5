package dev.weir.pgkit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's answers to the server's requests between StartupMessage and ReadyForQuery. */
final class Login {
    private static final int OK = 0;
    private static final int CLEARTEXT_PASSWORD = 3;
    private static final int MD5_PASSWORD = 5;
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private final WireClient client;
    private final String user;
    private final @Nullable String password;
    private @Nullable Scram scram;

    Login(WireClient client, String user, @Nullable String password) {
        this.client = client;
        this.user = user;
        this.password = password;
    }

    /** Returns everything that the server sent; throws {@link ServerError} if it refuses. */
    List<Message> run() {
        List<Message> all = new ArrayList<>();
        while (true) {
            Message message = client.read();
            all.add(message);
            switch (message.tag()) {
                case 'E' -> throw new ServerError(message);
                case 'R' -> answer(message.body());
                case 'Z' -> {
                    return all;
                }
                default -> {}
            }
        }
    }

    private void answer(byte[] request) {
        int code = request[3];
        switch (code) {
            case OK -> {}
            case CLEARTEXT_PASSWORD -> client.send(Wire.password(password()));
            case MD5_PASSWORD -> client.send(Wire.password(md5(request)));
            case SASL -> {
                scram = new Scram(password());
                client.send(Wire.saslInitialResponse(Scram.MECHANISM, scram.clientFirst()));
            }
            case SASL_CONTINUE ->
                    client.send(Wire.saslResponse(scram().clientFinal(textOf(request))));
            case SASL_FINAL -> scram().verify(textOf(request));
            default -> throw new IllegalStateException("unknown authentication request: " + code);
        }
    }

    private static String textOf(byte[] request) {
        return new String(request, 4, request.length - 4, StandardCharsets.UTF_8);
    }

    private String md5(byte[] request) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            byte[] inner = md5.digest((password() + user).getBytes(StandardCharsets.UTF_8));
            md5.update(HexFormat.of().formatHex(inner).getBytes(StandardCharsets.US_ASCII));
            md5.update(request, 4, 4);
            return "md5" + HexFormat.of().formatHex(md5.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot compute MD5", e);
        }
    }

    private String password() {
        if (password == null) {
            throw new IllegalStateException("the server asks for a password, but none was given");
        }
        return password;
    }

    private Scram scram() {
        if (scram == null) {
            throw new IllegalStateException("the server continues a SASL exchange it never began");
        }
        return scram;
    }
}
