package dev.weir.audit;

import dev.weir.config.AuditClass;
import dev.weir.log.ConnectionName;
import dev.weir.log.Json;
import dev.weir.net.ClientIdentity;
import dev.weir.net.Origin;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of the audit log.
 *
 * @param time when the event had ended
 * @param classes which it belongs to; empty if not known
 * @param event in one word
 * @param applicationName of the client at that time
 * @param where the server connection it ran on; null if it ran on none
 * @param client who did it; null if the event is about the log itself
 * @param fingerprint of its text; 0 if it has none
 * @param text null if it is not known, or there is none
 * @param outcome in one word
 * @param sqlState null if it is not known
 * @param rows -1 if there are none to count
 * @param nanos how long it took
 */
record AuditRecord(
        Instant time,
        Set<AuditClass> classes,
        String event,
        @Nullable ClientIdentity client,
        @Nullable String applicationName,
        @Nullable Place where,
        long fingerprint,
        @Nullable String text,
        String outcome,
        @Nullable String sqlState,
        long rows,
        long nanos) {

    /** The approximate memory of a record without texts, in bytes. */
    private static final long BYTES = 320;

    private static final long NANOS_PER_MICRO = 1_000;
    private static final long PID = ProcessHandle.current().pid();

    /**
     * A server connection.
     *
     * @param id Weir's number for it
     * @param user the user that it has logged in with
     */
    record Place(long id, String address, String user) {}

    /** The approximate size that it takes in the queue, in bytes. */
    long weight() {
        return BYTES + length(text) + length(applicationName);
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    /** The JSON object, on one line, without the line's end. */
    String line() {
        Json names = Json.array();
        classes.forEach(one -> names.add(one.name().toLowerCase(Locale.ROOT)));
        Json line =
                Json.object()
                        .put("time", time.toString())
                        .put("pid", PID)
                        .put("class", names)
                        .put("event", event);
        if (client != null) {
            putClient(line, client);
        }
        Place at = where;
        if (at != null) {
            line.put("server", ConnectionName.pointer(true, at.id))
                    .put("server_address", at.address)
                    .put("server_user", at.user);
        }
        if (event.equals(AuditEvents.STATEMENT)) {
            line.put(
                    "fingerprint",
                    fingerprint == 0 ? null : HexFormat.of().toHexDigits(fingerprint));
        }
        if (text != null || event.equals(AuditEvents.STATEMENT)) {
            line.put("text", text);
        }
        line.put("outcome", outcome).put("sqlstate", sqlState);
        if (rows >= 0) {
            line.put("rows", rows);
        }
        return line.putNumber("ms", millis()).toString();
    }

    /** With a precision of one microsecond. */
    private String millis() {
        long micros = nanos / NANOS_PER_MICRO;
        return micros / 1_000 + "." + String.valueOf(1_000 + micros % 1_000).substring(1);
    }

    private void putClient(Json line, ClientIdentity by) {
        Origin origin = by.origin();
        Origin.Encryption encryption = origin.encryption();
        line.put("client", ConnectionName.pointer(false, by.id()))
                .put("user", by.user())
                .put("database", by.database())
                .put("address", origin.shown())
                .put("application_name", applicationName);
        if (encryption != null) {
            line.put("tls", encryption.shown());
            if (encryption.certificate() != null) {
                line.put("certificate", encryption.certificate().distinguishedName());
            }
        }
    }
}
