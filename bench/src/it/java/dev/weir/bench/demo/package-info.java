/** Tests of the launcher and its demo. */
@NullMarked
package dev.weir.bench.demo;

import org.jspecify.annotations.NullMarked;
