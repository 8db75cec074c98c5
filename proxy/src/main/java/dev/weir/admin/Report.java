package dev.weir.admin;

import java.util.concurrent.CompletableFuture;

/** Makes what a SHOW command answers. */
@FunctionalInterface
interface Report {
    CompletableFuture<Table> make(Sources sources);
}
