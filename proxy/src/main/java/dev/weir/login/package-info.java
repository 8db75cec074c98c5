/**
 * Clients before they have a session: startup packet, authentication, and the choice of a service.
 *
 * <p>Entry types: {@link dev.weir.login.Listener} and {@link dev.weir.login.Admission}, which
 * decides who may come in. Runs on the accepting loop; hashing on the workers of {@code auth}.
 * Deliberately absent: what happens after the login, which is up to a {@link
 * dev.weir.login.Service}.
 */
@NullMarked
package dev.weir.login;

import org.jspecify.annotations.NullMarked;
