/** The gateway: what listens, who asks, and the commands of the operator. */
@NullMarked
package dev.headwater.gateway;

import org.jspecify.annotations.NullMarked;
