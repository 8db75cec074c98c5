/**
 * One client connection after its login: the query cycle, prepared statements, parameters, pins,
 * cancel.
 *
 * <p>Entry types: {@link dev.weir.session.Session}, the life of a client, and {@link
 * dev.weir.session.LeaseCycle}, its way to a server connection and back. No two classes here depend
 * on each other: what the parts may see is a {@link dev.weir.session.Turn}, what they may ask for a
 * {@link dev.weir.session.Flow}. Runs on the loop of the client's pool shard, where its server
 * connection also lives. The only package that knows both sides. Deliberately absent: who may log
 * in ({@code login}), how many server connections there are ({@code pool}).
 */
@NullMarked
package dev.weir.session;

import org.jspecify.annotations.NullMarked;
