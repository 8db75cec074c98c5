package dev.weir.migrate;

import org.jspecify.annotations.Nullable;

/** Converts the names of certificate files, which differ between poolers. */
final class Tls {
    private Tls() {}

    /** Offers TLS to clients if there is a certificate, or requires it of them. */
    static void ofClients(
            Draft draft, @Nullable String certificate, @Nullable String key, boolean required) {
        if (certificate != null && !certificate.isEmpty()) {
            draft.set("client_tls_sslmode", required ? "require" : "prefer");
            draft.set("client_tls_cert_file", certificate);
            draft.set("client_tls_key_file", key);
        }
    }
}
