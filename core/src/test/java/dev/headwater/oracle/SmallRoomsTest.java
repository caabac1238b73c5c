package dev.headwater.oracle;

import static dev.headwater.oracle.Actions.CREATOR;
import static dev.headwater.oracle.Actions.member;
import static dev.headwater.oracle.Actions.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.MemoryEventStore;
import dev.headwater.oracle.Actions.Action;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * All rooms with two branches after a common beginning, up to two events and, later, up to one. {@code
 * -Dheadwater.oracle.steps=2} has both branches up to two long.
 */
final class SmallRoomsTest {
    private static final int STEPS = Integer.getInteger("headwater.oracle.steps", 1);
    private static final String USER = "@b:two.test";
    private static final String MODERATOR = "@c:three.test";

    private static List<Action> actions(RoomVersion version) {
        return List.of(
                member(CREATOR, USER, "leave"),
                member(CREATOR, USER, "ban"),
                member(CREATOR, USER, "invite"),
                member(MODERATOR, USER, "leave"),
                member(USER, USER, "join"),
                member(USER, USER, "leave"),
                joinRule("invite"),
                visibility("shared"),
                visibility("joined"),
                powerOfModerator(version, 0));
    }

    private static Action joinRule(String rule) {
        return Action.state("m.room.join_rules", CREATOR, "", object().put("join_rule", rule));
    }

    private static Action visibility(String value) {
        return Action.state("m.room.history_visibility", CREATOR, "", object().put("history_visibility", value));
    }

    /** The creator of a room of version 11 is in its power levels, that of version 12 must not be. */
    private static Action powerOfModerator(RoomVersion version, int power) {
        ObjectNode content = object();
        ObjectNode users = content.putObject("users").put(MODERATOR, power);
        if (!version.atLeast(RoomVersion.V12)) {
            users.put(CREATOR, 100);
        }
        return Action.state("m.room.power_levels", CREATOR, "", content);
    }

    @ParameterizedTest
    @EnumSource(names = {"V11", "V12"})
    void showNothingThatIsNotAllowed(RoomVersion version) {
        List<List<Action>> branches = new ArrayList<>(List.of(List.of()));
        List<Action> actions = actions(version);
        actions.forEach(one -> branches.add(List.of(one)));
        actions.forEach(one -> actions.forEach(two -> branches.add(List.of(one, two))));
        Tally tally = new Tally();
        int seed = 0;
        for (List<Action> left : branches) {
            for (List<Action> right : branches) {
                RandomRoom room =
                        right.size() > STEPS ? null : RandomRoom.told(seed++, version, beginning(version), left, right);
                if (room != null) {
                    LeakCheck.check(room, new MemoryEventStore(), tally);
                }
            }
        }
        System.out.println(
                "SmallRoomsTest: version " + version.identifier() + ", " + seed + " pairs of branches: " + tally);
        assertThat(tally.allShown()).isPositive();
    }

    private static List<Action> beginning(RoomVersion version) {
        return List.of(
                Action.state("m.room.create", CREATOR, "", object().put("room_version", version.identifier())),
                member(CREATOR, CREATOR, "join"),
                powerOfModerator(version, 50),
                joinRule("public"),
                visibility("joined"),
                member(MODERATOR, MODERATOR, "join"),
                member(USER, USER, "join"));
    }
}
