/** Requests to other servers: how they are found, which addresses are never reached, and the one client for all of them. */
@NullMarked
package dev.headwater.gateway.discovery;

import org.jspecify.annotations.NullMarked;
