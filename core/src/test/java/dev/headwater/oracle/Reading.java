package dev.headwater.oracle;

/** How the specification is read where implementations depart from each other. */
enum Reading {
    /** As ruma-state-res: nobody joins a room without a join rule; an event is not in its own auth chain. */
    RUMA("", false),
    /**
     * As Synapse: a room without a join rule is for the invited; the auth chain of a state holds the state's own events,
     * so that an event on which all states agree does not differ although only one of them cites it.
     */
    SYNAPSE("invite", true);

    private final String ruleIfNone;
    private final boolean statesInChains;

    Reading(String ruleIfNone, boolean statesInChains) {
        this.ruleIfNone = ruleIfNone;
        this.statesInChains = statesInChains;
    }

    /** The join rule of a state that has none. */
    String ruleIfNone() {
        return ruleIfNone;
    }

    boolean statesInChains() {
        return statesInChains;
    }
}
