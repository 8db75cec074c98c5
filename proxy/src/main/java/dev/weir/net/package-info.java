/**
 * The network below everything else: which transport, which event loops, and the rule that a type
 * belongs to one of them.
 *
 * <p>Entry type: {@link dev.weir.net.Loops}. Runs on the loops that it creates. Deliberately
 * absent: TLS, the PROXY protocol, and any knowledge of PostgreSQL.
 */
@NullMarked
package dev.weir.net;

import org.jspecify.annotations.NullMarked;
