/**
 * Who may log in, and with what secret: the users file, and the proof of a password.
 *
 * <p>Entry types: {@link dev.weir.auth.Users} and {@link dev.weir.auth.Hashing}. Secrets are looked
 * up on the caller's loop; what costs milliseconds runs on a bounded pool of workers. Deliberately
 * absent: the messages of a login, see {@code login}.
 */
@NullMarked
package dev.weir.auth;

import org.jspecify.annotations.NullMarked;
