/** Who may read a room, and what of an event may be shown. */
@NullMarked
package dev.headwater.access;

import org.jspecify.annotations.NullMarked;
