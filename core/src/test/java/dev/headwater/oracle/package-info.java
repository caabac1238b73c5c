/**
 * What the state of a room comes to by the specification: authorisation rules and state resolution, and rooms drawn at
 * random whose events the store must not show to anybody to whom that state does not show them.
 */
@NullMarked
package dev.headwater.oracle;

import org.jspecify.annotations.NullMarked;
