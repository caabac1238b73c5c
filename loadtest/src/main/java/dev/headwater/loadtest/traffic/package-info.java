/** History traffic as a front-end sees it: what is asked of generated rooms, and the Gatling simulation that asks. */
@NullMarked
package dev.headwater.loadtest.traffic;

import org.jspecify.annotations.NullMarked;
