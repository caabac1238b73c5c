/** The alternating benchmark: every figure is a ratio within one run. */
@NullMarked
package dev.headwater.loadtest.bench;

import org.jspecify.annotations.NullMarked;
