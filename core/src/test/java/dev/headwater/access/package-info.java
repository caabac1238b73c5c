/** Tests of who may read a room. */
@NullMarked
package dev.headwater.access;

import org.jspecify.annotations.NullMarked;
