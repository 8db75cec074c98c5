/**
 * One client connection after its login: the query cycle, prepared statements, parameters, pins,
 * cancel.
 *
 * <p>Entry type: {@link dev.weir.session.Session}. Runs on the loop of the client's pool shard,
 * where its server connection lives too. The only package that knows both sides. Deliberately
 * absent: who may log in ({@code login}), how many server connections there are ({@code pool}).
 */
@NullMarked
package dev.weir.session;

import org.jspecify.annotations.NullMarked;
