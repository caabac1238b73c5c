/** Every endpoint for every membership in every kind of room, beside what a homeserver answered. */
@NullMarked
package dev.headwater.gateway.matrix;

import org.jspecify.annotations.NullMarked;
