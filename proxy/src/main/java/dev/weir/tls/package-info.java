/**
 * TLS on both sides: certificates, keys and revocation lists from files, the protocols and suites
 * that the settings allow, and whom to trust.
 *
 * <p>Entry type: {@link dev.weir.tls.Tls}, which has the policies for new connections; a {@link
 * dev.weir.tls.TlsContext} lasts until files or settings change. Files are read on the threads of
 * RELOAD, certificates are verified on workers, and everything else runs on the loop of the
 * channel. Deliberately absent: how PostgreSQL's protocol starts TLS, which belongs to the logins
 * of the two sides.
 */
@NullMarked
package dev.weir.tls;

import org.jspecify.annotations.NullMarked;
