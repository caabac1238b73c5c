package dev.headwater.history;

import dev.headwater.id.EventId;

/** An edge of an event that is about to be stored which would close a cycle. */
record Cut(EventId child, EventId parent) {}
