/** Identifiers of the Matrix specification's appendices: the one place where they are handled as text. */
@NullMarked
package dev.headwater.id;

import org.jspecify.annotations.NullMarked;
