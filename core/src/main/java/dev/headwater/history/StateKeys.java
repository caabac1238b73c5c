package dev.headwater.history;

import tools.jackson.databind.json.JsonMapper;

/** The keys that the rules of visibility know by name. */
final class StateKeys {
    static final JsonMapper JSON = new JsonMapper();
    static final StateKey CREATE = StateKey.of("m.room.create", "");
    static final StateKey HISTORY_VISIBILITY = StateKey.of("m.room.history_visibility", "");
    static final StateKey POWER_LEVELS = StateKey.of("m.room.power_levels", "");
    static final StateKey SERVER_ACL = StateKey.of("m.room.server_acl", "");

    private StateKeys() {}
}
