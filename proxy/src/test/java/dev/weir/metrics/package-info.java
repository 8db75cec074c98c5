@NullMarked
package dev.weir.metrics;

import org.jspecify.annotations.NullMarked;
