package dev.headwater.history;

final class MemoryEventStoreTest extends EventStoreContract {
    private final EventStore store = new MemoryEventStore();

    @Override
    protected EventStore store() {
        return store;
    }
}
