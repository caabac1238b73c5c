package dev.headwater.gateway.discovery;

import java.time.Duration;

/**
 * What one request may cost.
 *
 * @param timeout for the whole exchange: finding the server, connecting, and the last byte of the answer
 * @param maxBytes the longest body that is taken
 */
public record Bounds(Duration timeout, int maxBytes) {}
