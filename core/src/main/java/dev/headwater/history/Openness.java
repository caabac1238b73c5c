package dev.headwater.history;

/** Whether every server in the room may see an event, and what proves it. */
public enum Openness {
    /** Not proven, or not derived yet. */
    UNKNOWN,
    /** The events before it prove it. */
    OPEN,
    /** An anchor proves it: the state before it, from the system of record. */
    ANCHORED;

    public boolean isOpen() {
        return this != UNKNOWN;
    }
}
