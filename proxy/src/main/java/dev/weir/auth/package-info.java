/**
 * Who may log in, and with what secret: the users file, {@code auth_query}, and the demands on
 * clients; and the secrets with which Weir logs in to servers.
 *
 * <p>Entry types: {@link dev.weir.auth.Users} for clients, {@link dev.weir.auth.ServerCredentials}
 * for servers, {@link dev.weir.auth.Hashing}. Answers are given on the caller's loop; work that
 * takes milliseconds runs on a bounded pool of workers, and {@code auth_query} on connections of a
 * pool of its own ({@code AuthQueryUse}). Deliberately absent: the messages of a login, see {@code
 * login}.
 */
@NullMarked
package dev.weir.auth;

import org.jspecify.annotations.NullMarked;
