/** Whole rooms into the store, out of it, and checked within it. */
@NullMarked
package dev.headwater.gateway.transfer;

import org.jspecify.annotations.NullMarked;
