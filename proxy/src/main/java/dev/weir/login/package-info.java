/**
 * A client before it is a session: startup packet, authentication, and the way to its service.
 *
 * <p>Entry type: {@link dev.weir.login.Listener}. Runs on the accepting loop; hashing on the
 * workers of {@code auth}. Deliberately absent: what happens after the login; that is a {@link
 * dev.weir.login.Service}.
 */
@NullMarked
package dev.weir.login;

import org.jspecify.annotations.NullMarked;
