/** The recorded rooms of {@code docs/rooms.md}, read for tests, and the tests over all of them. */
@NullMarked
package dev.headwater.recorded;

import org.jspecify.annotations.NullMarked;
