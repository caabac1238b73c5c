package dev.headwater.history;

import dev.headwater.id.EventId;

/**
 * An event of a state as the system of record tells it; it need not be stored.
 *
 * @param value the {@code membership} or {@code history_visibility} in its content; empty if there is none
 */
public record ToldEvent(EventId event, String type, String stateKey, String value) {
    StateEntry entry(Located located) {
        StateKey key = StateKey.of(type, stateKey);
        int facts = key.equals(StateKeys.HISTORY_VISIBILITY)
                ? StateFacts.ofHistoryVisibility(value)
                : type.equals("m.room.member") ? StateFacts.ofMembership(value) : 0;
        Place place = located.places().get(event);
        return new StateEntry(key, place, place == null ? event : null, facts);
    }
}
