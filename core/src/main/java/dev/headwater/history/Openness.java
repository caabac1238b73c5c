package dev.headwater.history;

/** Whether every server in the room may see an event, as far as the events before it prove it. */
public enum Openness {
    /** Not proven, or not derived yet. */
    UNKNOWN,
    /** Proven: the state at the event lets every member of the room see it. */
    OPEN
}
