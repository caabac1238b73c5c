/** What a process keeps of its store: bounded by bytes, and never older than the head of its room. */
@NullMarked
package dev.headwater.gateway.cache;

import org.jspecify.annotations.NullMarked;
