/** The keys of other servers: pinned, kept, and fetched from them and from notaries. */
@NullMarked
package dev.headwater.gateway.keys;

import org.jspecify.annotations.NullMarked;
