/** The event store in Redis: which keys it writes, how it encodes them, and how it talks to the server. */
@NullMarked
package dev.headwater.redis;

import org.jspecify.annotations.NullMarked;
