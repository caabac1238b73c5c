/** Real Redis servers for tests, and what makes a test run fail for a leaked buffer. */
@NullMarked
package dev.headwater.redis.testing;

import org.jspecify.annotations.NullMarked;
