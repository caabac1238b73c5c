package dev.headwater.history;

/**
 * How much a store holds besides the pages of a room; to be compared with what the pages say.
 *
 * @param places entries of the index
 * @param gaps events that others wait for
 * @param marks events with undecided redactions, and redacted senders
 * @param runs stretches of time by which pages are found
 */
public record Tally(long places, long gaps, long marks, long runs) {}
