@NullMarked
package dev.headwater.loadtest.traffic;

import org.jspecify.annotations.NullMarked;
