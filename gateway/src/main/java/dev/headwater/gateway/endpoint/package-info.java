/** What is answered: one file an endpoint. */
@NullMarked
package dev.headwater.gateway.endpoint;

import org.jspecify.annotations.NullMarked;
