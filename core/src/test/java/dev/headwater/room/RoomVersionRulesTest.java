package dev.headwater.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.room.RoomVersionRules.EventIds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoomVersionRulesTest {
    @ParameterizedTest
    @CsvSource({
        "1,  IN_EVENT,        true,  false, LENIENT,   false, false, false, false",
        "2,  IN_EVENT,        true,  false, LENIENT,   false, false, false, false",
        "3,  STANDARD_BASE64, false, false, LENIENT,   false, false, false, false",
        "4,  URL_SAFE_BASE64, false, false, LENIENT,   false, false, false, false",
        "5,  URL_SAFE_BASE64, false, true,  LENIENT,   false, false, false, false",
        "6,  URL_SAFE_BASE64, false, true,  CANONICAL, false, false, false, false",
        "7,  URL_SAFE_BASE64, false, true,  CANONICAL, false, false, false, false",
        "8,  URL_SAFE_BASE64, false, true,  CANONICAL, true,  false, false, false",
        "9,  URL_SAFE_BASE64, false, true,  CANONICAL, true,  false, false, false",
        "10, URL_SAFE_BASE64, false, true,  CANONICAL, true,  false, false, false",
        "11, URL_SAFE_BASE64, false, true,  CANONICAL, true,  true,  true,  false",
        "12, URL_SAFE_BASE64, false, true,  CANONICAL, true,  true,  true,  true"
    })
    void areAsTheSpecificationSays(
            String version,
            EventIds ids,
            boolean edgesCarryHashes,
            boolean keyValidity,
            Numbers numbers,
            boolean restrictedJoins,
            boolean sizesInBytes,
            boolean redactsInContent,
            boolean roomIdIsCreateHash) {
        RoomVersionRules rules = RoomVersionRules.of(RoomVersion.of(version).orElseThrow());
        assertThat(rules.eventIds()).isEqualTo(ids);
        assertThat(rules.edgesCarryHashes()).isEqualTo(edgesCarryHashes);
        assertThat(rules.keyValidityEnforced()).isEqualTo(keyValidity);
        assertThat(rules.numbers()).isEqualTo(numbers);
        assertThat(rules.restrictedJoins()).isEqualTo(restrictedJoins);
        assertThat(rules.sizesInBytes()).isEqualTo(sizesInBytes);
        assertThat(rules.redactsInContent()).isEqualTo(redactsInContent);
        assertThat(rules.roomIdIsCreateHash()).isEqualTo(roomIdIsCreateHash);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "13", "01", "V1", "org.matrix.msc3757.10", "1 "})
    void areNotGuessedForOtherVersions(String version) {
        assertThat(RoomVersion.of(version)).isEmpty();
    }
}
