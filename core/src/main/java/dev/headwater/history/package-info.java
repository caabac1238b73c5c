/** A room's history: the contract of its store, the walk backwards through it and the writing of it. */
@NullMarked
package dev.headwater.history;

import org.jspecify.annotations.NullMarked;
