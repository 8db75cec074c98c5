/**
 * {@code weir import}: the configurations of other poolers, in the words of Weir's.
 *
 * <p>Entry type: {@link dev.weir.migrate.Import}. Runs on the caller, which may block. Deliberately
 * absent: any guess. What has no counterpart is listed, with its name in the file that was read.
 */
@NullMarked
package dev.weir.migrate;

import org.jspecify.annotations.NullMarked;
