@NullMarked
package dev.weir.sql;

import org.jspecify.annotations.NullMarked;
