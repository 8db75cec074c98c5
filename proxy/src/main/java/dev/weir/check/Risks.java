package dev.weir.check;

import dev.weir.auth.Users;
import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import dev.weir.config.UserSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what is allowed and works, but may be regretted. */
final class Risks {
    private final Config config;
    private final Users users;
    private final List<Finding> findings = new ArrayList<>();

    Risks(Config config, Users users) {
        this.config = config;
        this.users = users;
    }

    List<Finding> findings() {
        authentication();
        listeners();
        nobody();
        files();
        OpenFiles.warning(config).ifPresent(this::warn);
        return findings;
    }

    private void warn(String text) {
        findings.add(Finding.warning(text));
    }

    // --- authentication -------------------------------------------------------------------------

    private void authentication() {
        List<String> reachable = publicAddresses();
        String where = String.join(", ", reachable);
        boolean isPublic = !reachable.isEmpty();
        boolean mayBePlain = config.get(Settings.CLIENT_TLS_SSLMODE).compareTo(SslMode.REQUIRE) < 0;
        switch (config.get(Settings.AUTH_TYPE)) {
            case ANY ->
                    warn(
                            "auth_type: any lets everybody in, under any name and without a"
                                    + " password (better: scram-sha-256)"
                                    + administrators());
            case TRUST -> {
                if (isPublic) {
                    warn(
                            "auth_type: trust, and listen_addr = "
                                    + where
                                    + ": whoever reaches the port gets in without a password, as"
                                    + " any user of auth_file (better: scram-sha-256, or"
                                    + " listen_addr = 127.0.0.1)"
                                    + administrators());
                }
            }
            case PLAIN -> {
                if (isPublic && mayBePlain) {
                    warn(
                            "auth_type: plain, and listen_addr = "
                                    + where
                                    + " without client_tls_sslmode = require: passwords can be"
                                    + " read on the way (better: scram-sha-256)");
                }
            }
            case MD5 ->
                    warn(
                            "auth_type: md5"
                                    + (config.isSet(Settings.AUTH_TYPE) ? "" : " (the default)")
                                    + " protects passwords badly, and PostgreSQL is phasing it out"
                                    + " (better: scram-sha-256, once no secret in auth_file"
                                    + " starts with md5)");
            default -> {}
        }
    }

    private String administrators() {
        List<String> admins = config.get(Settings.ADMIN_USERS);
        return admins.isEmpty()
                ? ""
                : "; whoever says \"" + admins.getFirst() + "\" may do everything on the console";
    }

    // --- listeners ------------------------------------------------------------------------------

    private void listeners() {
        String sockets = config.get(Settings.UNIX_SOCKET_DIR);
        if (config.get(Settings.LISTEN_ADDR).isEmpty() && !sockets.isEmpty()) {
            warn(
                    "listen_addr: empty, so there is no TCP listener; clients can only come in by"
                            + " the socket in "
                            + sockets
                            + " (expected: 127.0.0.1, or * for every address)");
        }
    }

    private List<String> publicAddresses() {
        return config.get(Settings.LISTEN_ADDR).stream().filter(Risks::isPublic).toList();
    }

    private static boolean isPublic(String address) {
        if (address.equals("localhost") || address.equals("ip6-localhost")) {
            return false;
        }
        try {
            return !InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return true; // * or a host name
        }
    }

    /** Warns of a configuration in which nobody could log in. */
    private void nobody() {
        AuthType type = config.get(Settings.AUTH_TYPE);
        boolean asks =
                !config.get(Settings.AUTH_USER).isEmpty()
                        || config.databases().stream().anyMatch(one -> one.authUser() != null);
        boolean needsSecrets =
                type == AuthType.MD5 || type == AuthType.SCRAM_SHA_256 || type == AuthType.PLAIN;
        if (needsSecrets && users.names().isEmpty() && !asks) {
            warn(
                    "auth_file, auth_user: neither is set, so there is no user who could log in"
                            + " (expected: a users file, or a user who runs auth_query)");
        }
        if (config.databases().isEmpty() && config.database("postgres") == null) {
            warn("[databases]: no entry, so there is no database that a client could ask for");
        }
    }

    // --- files ----------------------------------------------------------------------------------

    private void files() {
        var secret = new LinkedHashMap<String, String>();
        if (config.databases().stream().anyMatch(one -> one.password() != null)) {
            secret.put(config.file().toString(), "the passwords in it");
        }
        named(secret, Settings.AUTH_FILE, "the secrets in it");
        named(secret, Settings.OPS_TOKENS_FILE, "the hashes in it");
        named(secret, Settings.CLIENT_TLS_KEY_FILE, "the private key");
        named(secret, Settings.SERVER_TLS_KEY_FILE, "the private key");
        for (Database database : config.databases()) {
            put(secret, database.passwordFile(), "the password");
        }
        for (UserSettings user : config.users()) {
            put(secret, user.passwordFile(), "the password");
        }
        for (Map.Entry<String, String> file : secret.entrySet()) {
            if (isReadableByAll(Path.of(file.getKey()))) {
                warn(
                        file.getKey()
                                + ": every user of this machine can read "
                                + file.getValue()
                                + " (chmod o-r "
                                + file.getKey()
                                + ")");
            }
        }
    }

    private void named(Map<String, String> files, Setting<String> setting, String what) {
        put(files, config.get(setting), what);
    }

    private static void put(Map<String, String> files, @Nullable String file, String what) {
        if (file != null && !file.isEmpty()) {
            files.put(file, what);
        }
    }

    private static boolean isReadableByAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException _) {
            return false; // other checks report files that cannot be read
        }
    }
}
