/** Rooms made from a seed, and what is measured with them. */
@NullMarked
package dev.headwater.loadtest;

import org.jspecify.annotations.NullMarked;
