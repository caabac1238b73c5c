/** Events: how they are read, what identifies them, and the one gate through which they come into the store. */
@NullMarked
package dev.headwater.event;

import org.jspecify.annotations.NullMarked;
