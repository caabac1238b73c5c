/** JSON as Matrix wants it: read strictly, written canonically. */
@NullMarked
package dev.headwater.json;

import org.jspecify.annotations.NullMarked;
