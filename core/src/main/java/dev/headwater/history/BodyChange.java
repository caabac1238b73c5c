package dev.headwater.history;

/**
 * Bytes that take the place of as many in a body page, and leave nothing of those.
 *
 * @param offset where in the page the first of them goes; they end within it
 */
public record BodyChange(PageId page, int offset, byte[] bytes) {}
