/** Tests of the limits. */
@NullMarked
package dev.headwater.gateway.limit;

import org.jspecify.annotations.NullMarked;
