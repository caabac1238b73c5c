/** Who is asking: the {@code Authorization} header of federation requests, its signature, and who may see a room. */
@NullMarked
package dev.headwater.gateway.auth;

import org.jspecify.annotations.NullMarked;
