/**
 * Password authentication as pure computations: stored secrets, both sides of SCRAM-SHA-256, and
 * MD5.
 *
 * <p>Start with {@link dev.weir.protocol.auth.StoredSecret}, then {@link
 * dev.weir.protocol.auth.ScramServer} toward a client and {@link
 * dev.weir.protocol.auth.ScramClient} toward a server. Everything runs on its caller's thread; what
 * derives a key from a password costs milliseconds and does not belong on an event loop.
 *
 * <p>Deliberately absent: who may log in, where secrets come from, randomness (callers bring
 * nonces), and any way to print a secret.
 */
@NullMarked
package dev.weir.protocol.auth;

import org.jspecify.annotations.NullMarked;
