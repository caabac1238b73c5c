package dev.headwater.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** One row for every type and span of versions, as the specification's pages on room versions list them. */
class RedactionTest {
    private static final List<String> OFFERED = List.of(
            "aliases",
            "allow",
            "ban",
            "creator",
            "events",
            "events_default",
            "history_visibility",
            "invite",
            "join_authorised_via_users_server",
            "join_rule",
            "kick",
            "membership",
            "notifications",
            "other",
            "predecessor",
            "reason",
            "redact",
            "redacts",
            "state_default",
            "users",
            "users_default");

    @ParameterizedTest
    @CsvSource({
        "m.room.member, V1, V8, membership",
        "m.room.member, V9, V12, join_authorised_via_users_server membership",
        "m.room.create, V1, V10, creator",
        "m.room.join_rules, V1, V7, join_rule",
        "m.room.join_rules, V8, V12, allow join_rule",
        "m.room.power_levels, V1, V10, ban events events_default kick redact state_default users users_default",
        "m.room.power_levels, V11, V12, ban events events_default invite kick redact state_default users users_default",
        "m.room.aliases, V1, V5, aliases",
        "m.room.aliases, V6, V12, ''",
        "m.room.history_visibility, V1, V12, history_visibility",
        "m.room.redaction, V1, V10, ''",
        "m.room.redaction, V11, V12, redacts",
        "m.room.message, V1, V12, ''"
    })
    void keepsOfContentWhatTheVersionProtects(String type, RoomVersion from, RoomVersion to, String kept) {
        for (RoomVersion version : RoomVersion.values()) {
            if (version.atLeast(from) && to.atLeast(version)) {
                ObjectNode event = object("{\"content\":{}}").put("type", type);
                OFFERED.forEach(name -> event.withObject("content").put(name, 1));
                assertThat(String.join(
                                " ",
                                names(Redaction.redact(event, version)
                                        .path("content")
                                        .propertyNames())))
                        .as("%s in %s", type, version)
                        .isEqualTo(kept);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheWholeContentOfACreateEventFromVersion11(RoomVersion version) {
        ObjectNode event = object("{\"type\":\"m.room.create\",\"content\":{\"creator\":\"@a:b\",\"x\":{\"y\":[1]}}}");
        ObjectNode redacted = Redaction.redact(event, version);
        if (version.atLeast(RoomVersion.V11)) {
            assertThat(redacted).isEqualTo(event);
        } else {
            assertThat(redacted.path("content")).isEqualTo(object("{\"creator\":\"@a:b\"}"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheTopLevelMembersOfTheVersion(RoomVersion version) {
        Set<String> kept = new TreeSet<>(Set.of(
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
                "auth_events",
                "origin_server_ts"));
        Set<String> until10 = Set.of("prev_state", "origin", "membership");
        ObjectNode event = object("{}");
        kept.forEach(name -> event.put(name, 1));
        until10.forEach(name -> event.put(name, 1));
        event.put("unsigned", 1).put("age_ts", 1).put("redacts", 1).put("other", 1);
        if (!version.atLeast(RoomVersion.V11)) {
            kept.addAll(until10);
        }
        assertThat(names(Redaction.redact(event, version).propertyNames())).isEqualTo(kept);
    }

    @ParameterizedTest
    @EnumSource
    void keepsOfAThirdPartyInviteWhatWasSignedFromVersion11(RoomVersion version) {
        String member =
                "{\"type\":\"m.room.member\",\"content\":{\"membership\":\"invite\",\"third_party_invite\":%s}}";
        ObjectNode event = object(member.formatted("{\"display_name\":\"x\",\"signed\":{\"token\":\"t\"}}"));
        var left = Redaction.redact(event, version).path("content").path("third_party_invite");
        if (version.atLeast(RoomVersion.V11)) {
            assertThat(left).isEqualTo(object("{\"signed\":{\"token\":\"t\"}}"));
            assertThat(Redaction.redact(object(member.formatted("\"odd\"")), version)
                            .path("content")
                            .has("third_party_invite"))
                    .isFalse();
        } else {
            assertThat(left.isMissingNode()).isTrue();
        }
    }

    @Test
    void leavesTheEventAsItIs() {
        ObjectNode event = object(
                "{\"type\":\"m.room.member\",\"x\":1,\"content\":{\"membership\":\"join\",\"third_party_invite\":{\"a\":1}}}");
        ObjectNode before = event.deepCopy();
        Redaction.redact(event, RoomVersion.V12);
        assertThat(event).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void changesNothingTheSecondTime(RoomVersion version) {
        ObjectNode event = object(
                "{\"type\":\"m.room.member\",\"x\":1,\"content\":{\"membership\":\"join\",\"third_party_invite\":{\"a\":1,\"signed\":2}}}");
        ObjectNode once = Redaction.redact(event, version);
        assertThat(Redaction.redact(once, version)).isEqualTo(once);
    }

    private static Set<String> names(Collection<String> names) {
        return new TreeSet<>(names);
    }

    private static ObjectNode object(String json) {
        return StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
    }
}
