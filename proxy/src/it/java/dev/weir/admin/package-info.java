/** The console of a running Weir, asked as operators and their scripts ask. */
@NullMarked
package dev.weir.admin;

import org.jspecify.annotations.NullMarked;
