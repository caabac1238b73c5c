package dev.headwater.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.UserId;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

class PowerLevelsTest {
    private static final UserId FOUNDER = UserId.parse("@founder:a.example");
    private static final UserId SECOND = UserId.parse("@second:b.example");
    private static final UserId OTHER = UserId.parse("@other:c.example");
    private static final UserId NOBODY = UserId.parse("@nobody:d.example");
    private static final ObjectNode CREATE = json(
            "{'sender':'@founder:a.example','content':{'creator':'@second:b.example','additional_creators':['@other:c.example']}}");

    @ParameterizedTest
    @EnumSource(RoomVersion.class)
    void aloneTheCreatorMayRedactWhereThereAreNoLevels(RoomVersion version) {
        PowerLevels levels = new PowerLevels(version, null, CREATE);
        boolean bySender = version.atLeast(RoomVersion.V11);

        assertThat(levels.mayRedact(FOUNDER)).contains(bySender);
        assertThat(levels.mayRedact(SECOND)).contains(!bySender);
        assertThat(levels.mayRedact(OTHER)).contains(version.atLeast(RoomVersion.V12));
    }

    @ParameterizedTest
    @EnumSource(RoomVersion.class)
    void whereTheCreateEventIsNotKnownNobodyIsKnownToBeTheCreator(RoomVersion version) {
        assertThat(new PowerLevels(version, null, null).mayRedact(FOUNDER)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'users':{'@founder:a.example':49}}|false",
                "{'users':{'@founder:a.example':50}}|true",
                "{'users':{'@founder:a.example':9},'redact':10}|false",
                "{'users':{'@founder:a.example':10},'redact':10}|true",
                "{'users_default':50}|true",
                "{'users_default':49}|false",
                "{'users_default':50,'users':{'@founder:a.example':0}}|false",
                "{'redact':0}|true",
                "{}|false"
            })
    void comparesAUsersLevelWithTheOneThatRedacts(String content, boolean may) {
        for (RoomVersion version : RoomVersion.values()) {
            Optional<Boolean> known = new PowerLevels(version, json(content), CREATE).mayRedact(NOBODY);
            Optional<Boolean> founder = new PowerLevels(version, json(content), CREATE).mayRedact(FOUNDER);
            boolean unlimited = version.atLeast(RoomVersion.V12);

            assertThat(founder).as("version %s", version).contains(unlimited || may);
            assertThat(known).as("version %s", version).contains(defaultOf(content));
        }
    }

    private static boolean defaultOf(String content) {
        ObjectNode levels = json(content);
        return levels.path("users_default").asInt(0) >= levels.path("redact").asInt(50);
    }

    @Test
    void inVersion12WhoHasTooLittleIsRefusedOnlyOnceTheCreatorsAreKnown() {
        ObjectNode content = json("{'users':{'@other:c.example':49}}");

        assertThat(new PowerLevels(RoomVersion.V12, content, null).mayRedact(OTHER))
                .isEmpty();
        assertThat(new PowerLevels(RoomVersion.V11, content, null).mayRedact(OTHER))
                .contains(false);
        assertThat(new PowerLevels(RoomVersion.V12, json("{'users':{'@other:c.example':50}}"), null).mayRedact(OTHER))
                .contains(true);
    }

    @ParameterizedTest
    @EnumSource(RoomVersion.class)
    void readsTextUpToVersion9(RoomVersion version) {
        PowerLevels levels = new PowerLevels(version, json("{'users':{'@second:b.example':' +50 '}}"), null);

        Optional<Boolean> may = levels.mayRedact(SECOND);

        assertThat(may).isEqualTo(version.atLeast(RoomVersion.V10) ? Optional.empty() : Optional.of(true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'users':[]}",
                "{'users':{'@second:b.example':'many'}}",
                "{'users':{'@second:b.example':50.5}}",
                "{'users':{'@second:b.example':null}}",
                "{'users_default':'x'}",
                "{'redact':[]}"
            })
    void cannotTellWhereALevelIsNone(String content) {
        for (RoomVersion version : RoomVersion.values()) {
            assertThat(new PowerLevels(version, json(content), null).mayRedact(SECOND))
                    .as("version %s", version)
                    .isEmpty();
        }
    }

    private static ObjectNode json(String text) {
        return StrictJson.object(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), StrictJson.Numbers.LENIENT);
    }
}
