@NullMarked
package dev.weir.route;

import org.jspecify.annotations.NullMarked;
