package dev.headwater.oracle;

/** What an event of a state stands under. */
record StatePair(String type, String stateKey) {
    static final StatePair CREATE = new StatePair("m.room.create", "");
    static final StatePair POWER_LEVELS = new StatePair("m.room.power_levels", "");
    static final StatePair JOIN_RULES = new StatePair("m.room.join_rules", "");
    static final StatePair HISTORY_VISIBILITY = new StatePair("m.room.history_visibility", "");
    static final StatePair SERVER_ACL = new StatePair("m.room.server_acl", "");

    static StatePair member(String user) {
        return new StatePair("m.room.member", user);
    }
}
