/**
 * Password authentication as pure computations: stored secrets, both sides of SCRAM-SHA-256, and
 * MD5.
 *
 * <p>Entry types: {@link dev.weir.protocol.auth.StoredSecret}, then {@link
 * dev.weir.protocol.auth.ScramServer} toward a client and {@link
 * dev.weir.protocol.auth.ScramClient} toward a server. Everything runs on the caller's thread.
 * Methods that derive a key from a password take milliseconds and do not belong on an event loop.
 *
 * <p>Deliberately absent: who may log in, where secrets come from, randomness (callers pass
 * nonces), and any way to print a secret.
 */
@NullMarked
package dev.weir.protocol.auth;

import org.jspecify.annotations.NullMarked;
