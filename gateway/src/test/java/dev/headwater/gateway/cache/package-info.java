@NullMarked
package dev.headwater.gateway.cache;

import org.jspecify.annotations.NullMarked;
