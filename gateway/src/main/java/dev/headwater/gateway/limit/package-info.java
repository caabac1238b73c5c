/** How much at once: connections, requests before their sender is proven, requests of one server, responses in all. */
@NullMarked
package dev.headwater.gateway.limit;

import org.jspecify.annotations.NullMarked;
