package dev.headwater.history;

import dev.headwater.id.EventId;

/** One entry of an event's {@code prev_events}, as far as the store knows where it leads. */
public sealed interface Edge {
    /** Leads to a stored event of the same room. */
    record Known(Place place) implements Edge {}

    /** Leads to an event that was not stored when this edge was last written: a gap, or not yet looked up again. */
    record Unknown(EventId id) implements Edge {}

    /** Kept as a fact and never followed: it would close a cycle, or lead into another room. */
    record Severed(EventId id) implements Edge {}
}
