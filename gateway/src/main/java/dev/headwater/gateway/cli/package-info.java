/** The commands of the operator, one file each. */
@NullMarked
package dev.headwater.gateway.cli;

import org.jspecify.annotations.NullMarked;
