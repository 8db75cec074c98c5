/**
 * TLS on both sides: certificates, keys and revocation lists from files, what the settings allow of
 * protocols and suites, and whom to trust.
 *
 * <p>Entry type: {@link dev.weir.tls.Tls}, which says what holds for new connections; a {@link
 * dev.weir.tls.TlsContext} lasts until files or settings change. Files are read on the threads of
 * RELOAD, certificates verified on workers, all else runs on the loop of the channel. Deliberately
 * absent: how PostgreSQL's protocol begins TLS, which is with the logins of either side.
 */
@NullMarked
package dev.weir.tls;

import org.jspecify.annotations.NullMarked;
