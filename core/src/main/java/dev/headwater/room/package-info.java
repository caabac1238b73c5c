/** What differs from room version to room version. */
@NullMarked
package dev.headwater.room;

import org.jspecify.annotations.NullMarked;
