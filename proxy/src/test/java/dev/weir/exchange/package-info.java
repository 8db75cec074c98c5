/** The ledger against hand-written cases, recorded transcripts and a model of the server. */
@NullMarked
package dev.weir.exchange;

import org.jspecify.annotations.NullMarked;
