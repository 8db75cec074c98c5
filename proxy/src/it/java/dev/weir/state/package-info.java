/** Nothing of one client reaches another: what a session can leave behind, and who looks for it. */
@NullMarked
package dev.weir.state;

import org.jspecify.annotations.NullMarked;
