/**
 * What a database's catalog tells about its functions and relations: which names may make a text
 * change its session, and by which path.
 *
 * <p>The entry is {@link dev.weir.catalog.CatalogReader}: the rows that answer each {@link
 * dev.weir.catalog.CatalogQuestion} go in, a {@link dev.weir.catalog.Closure} comes out. Pure: runs
 * on the thread of its caller, which must not be a loop, as it takes up to seconds. Deliberately
 * absent: connections, and the decision when to read the catalog again ({@link
 * dev.weir.catalog.CatalogMark} is for finding out whether it has changed).
 */
@NullMarked
package dev.weir.catalog;

import org.jspecify.annotations.NullMarked;
