package dev.headwater.room;

import dev.headwater.json.StrictJson.Numbers;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a room's version decides about its events. Each version is the one before it plus its change.
 *
 * @param eventIds where an event's ID comes from
 * @param edgesCarryHashes {@code prev_events} and {@code auth_events} are pairs of an ID and hashes, not plain IDs
 * @param keyValidityEnforced a signing key must have been valid at the event's {@code origin_server_ts}
 * @param numbers which numbers an event may hold
 * @param restrictedJoins a join may have to be signed by the server that authorised it
 * @param sizesInBytes the length of fields counts bytes of UTF-8, not code points
 * @param redactsInContent a redaction names its target in {@code content}, not at the top level
 * @param roomIdIsCreateHash the room's ID is {@code !} and the create event's hash; the create event names no room and
 *     is never in {@code auth_events}
 * @param keptMembers the top-level members that a redaction keeps
 * @param keptContent by event type, what a redaction keeps of {@code content}; nothing of any other type
 * @see <a href="https://spec.matrix.org/v1.18/rooms/">Room versions</a>
 */
public record RoomVersionRules(
        EventIds eventIds,
        boolean edgesCarryHashes,
        boolean keyValidityEnforced,
        Numbers numbers,
        boolean restrictedJoins,
        boolean sizesInBytes,
        boolean redactsInContent,
        boolean roomIdIsCreateHash,
        Set<String> keptMembers,
        Map<String, KeptContent> keptContent) {

    /** Where an event's ID comes from. */
    public enum EventIds {
        /** The sending server's choice, {@code $opaque:domain}, in the event itself. */
        IN_EVENT,
        /** {@code $} and the reference hash in unpadded standard Base64. */
        STANDARD_BASE64,
        /** {@code $} and the reference hash in unpadded URL-safe Base64. */
        URL_SAFE_BASE64
    }

    /**
     * What a redaction keeps of a type's {@code content}.
     *
     * @param everything keep it whole
     * @param members the members that are kept
     * @param within of a member that is an object, the members kept within it
     */
    public record KeptContent(boolean everything, Set<String> members, Map<String, Set<String>> within) {
        public KeptContent {
            members = Set.copyOf(members);
            within = Map.copyOf(within);
        }

        static KeptContent of(String... members) {
            return new KeptContent(false, Set.of(members), Map.of());
        }

        KeptContent and(String member) {
            Set<String> more = new HashSet<>(members);
            more.add(member);
            return new KeptContent(everything, more, within);
        }

        KeptContent andWithin(String member, String inner) {
            Map<String, Set<String>> more = new HashMap<>(within);
            more.put(member, Set.of(inner));
            return new KeptContent(everything, members, more);
        }
    }

    private static final Map<RoomVersion, RoomVersionRules> ALL = all();

    public RoomVersionRules {
        keptMembers = Set.copyOf(keptMembers);
        keptContent = Map.copyOf(keptContent);
    }

    public static RoomVersionRules of(RoomVersion version) {
        return Objects.requireNonNull(ALL.get(version));
    }

    private static Map<RoomVersion, RoomVersionRules> all() {
        Map<RoomVersion, RoomVersionRules> all = new EnumMap<>(RoomVersion.class);
        Draft draft = new Draft();
        for (RoomVersion version : RoomVersion.values()) {
            change(version).accept(draft);
            all.put(version, draft.rules());
        }
        return all;
    }

    private static Consumer<Draft> change(RoomVersion version) {
        return switch (version) {
            case V1, V2, V7, V10 -> rules -> {};
            case V3 ->
                rules -> {
                    rules.eventIds = EventIds.STANDARD_BASE64;
                    rules.edgesCarryHashes = false;
                };
            case V4 -> rules -> rules.eventIds = EventIds.URL_SAFE_BASE64;
            case V5 -> rules -> rules.keyValidityEnforced = true;
            case V6 ->
                rules -> {
                    rules.numbers = Numbers.CANONICAL;
                    rules.keptContent.remove("m.room.aliases");
                };
            case V8 ->
                rules -> {
                    rules.restrictedJoins = true;
                    rules.keep("m.room.join_rules", "allow");
                };
            case V9 -> rules -> rules.keep("m.room.member", "join_authorised_via_users_server");
            case V11 ->
                rules -> {
                    rules.sizesInBytes = true;
                    rules.redactsInContent = true;
                    rules.keptMembers.removeAll(List.of("origin", "membership", "prev_state"));
                    rules.keptContent.put("m.room.create", new KeptContent(true, Set.of(), Map.of()));
                    rules.keep("m.room.power_levels", "invite");
                    rules.keptContent.put("m.room.redaction", KeptContent.of("redacts"));
                    rules.keptContent.computeIfPresent(
                            "m.room.member", (type, kept) -> kept.andWithin("third_party_invite", "signed"));
                };
            case V12 -> rules -> rules.roomIdIsCreateHash = true;
        };
    }

    /** The rules on the way from one version to the next; starts as version 1. */
    private static final class Draft {
        private EventIds eventIds = EventIds.IN_EVENT;
        private boolean edgesCarryHashes = true;
        private boolean keyValidityEnforced;
        private Numbers numbers = Numbers.LENIENT;
        private boolean restrictedJoins;
        private boolean sizesInBytes;
        private boolean redactsInContent;
        private boolean roomIdIsCreateHash;
        private final Set<String> keptMembers = new HashSet<>(Set.of(
                "event_id",
                "type",
                "room_id",
                "sender",
                "state_key",
                "content",
                "hashes",
                "signatures",
                "depth",
                "prev_events",
                "prev_state",
                "auth_events",
                "origin",
                "origin_server_ts",
                "membership"));
        private final Map<String, KeptContent> keptContent = new HashMap<>(Map.of(
                "m.room.member", KeptContent.of("membership"),
                "m.room.create", KeptContent.of("creator"),
                "m.room.join_rules", KeptContent.of("join_rule"),
                "m.room.power_levels",
                        KeptContent.of(
                                "ban",
                                "events",
                                "events_default",
                                "kick",
                                "redact",
                                "state_default",
                                "users",
                                "users_default"),
                "m.room.aliases", KeptContent.of("aliases"),
                "m.room.history_visibility", KeptContent.of("history_visibility")));

        private void keep(String type, String member) {
            keptContent.computeIfPresent(type, (name, kept) -> kept.and(member));
        }

        private RoomVersionRules rules() {
            return new RoomVersionRules(
                    eventIds,
                    edgesCarryHashes,
                    keyValidityEnforced,
                    numbers,
                    restrictedJoins,
                    sizesInBytes,
                    redactsInContent,
                    roomIdIsCreateHash,
                    keptMembers,
                    keptContent);
        }
    }
}
