package dev.weir.ops;

import dev.weir.admin.Access;
import java.util.function.Supplier;

/**
 * Whoever has proved to be a user of the console, or to have a token.
 *
 * @param name the user's; that of a token begins with {@code token:}
 * @param access what it may do
 * @param now what it may do by now, as the configuration may have changed
 */
record Visitor(String name, Access access, Supplier<Access> now) {}
