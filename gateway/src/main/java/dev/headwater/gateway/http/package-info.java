/** The listener and the request path: from the bytes of a socket to an endpoint and back. */
@NullMarked
package dev.headwater.gateway.http;

import org.jspecify.annotations.NullMarked;
