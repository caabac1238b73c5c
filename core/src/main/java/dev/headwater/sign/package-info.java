/** Ed25519 keys, signed JSON and the signatures that an event needs. */
@NullMarked
package dev.headwater.sign;

import org.jspecify.annotations.NullMarked;
