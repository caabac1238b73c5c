package dev.headwater.loadtest.traffic;

/**
 * One signed GET.
 *
 * @param name under which it is counted
 * @param target path and query as they go onto the wire and were signed
 * @param authorization the X-Matrix header
 */
record Ask(String name, String target, String authorization) {}
