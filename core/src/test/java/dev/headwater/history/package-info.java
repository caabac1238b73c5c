/** Fixtures of stored rooms and the contract that every store is held to. */
@NullMarked
package dev.headwater.history;

import org.jspecify.annotations.NullMarked;
