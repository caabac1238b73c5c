/** Benchmarks of what a request is made of, each alone. */
@NullMarked
package dev.headwater.loadtest.pieces;

import org.jspecify.annotations.NullMarked;
