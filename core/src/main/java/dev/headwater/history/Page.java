package dev.headwater.history;

/**
 * A page as read: its side data and, where they were asked for, the bodies of its events one after another.
 *
 * @param bodies shared and never written to; empty for a page of a plan
 */
public record Page(SidePage side, byte[] bodies) {}
