package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Puts the fixtures that ruma-state-res publishes to our state resolution: the directory {@code tests/it} of its source, as
 * {@code cargo fetch --manifest-path core/src/test/rust/resolver/Cargo.toml} leaves it below {@code
 * ~/.cargo/registry/src}. A room told in batches is resolved along its edges and, as ruma does too, from one state for each
 * event. The class path is that of {@link ConflictsTest}; ends with status 1 if a state differs.
 */
final class RumaFixtures {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern TEST =
            Pattern.compile("snapshot_test_(batches|state_maps)!\\(\\s*(\\w+),((?:\\s*\\[[^\\]]*],?)+)\\s*\\)");
    private static final Pattern LIST = Pattern.compile("\\[([^\\]]*)]");
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

    private final Path directory;
    private final Map<String, RoomEvent> events = new LinkedHashMap<>();

    private RumaFixtures(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Matcher tests = TEST.matcher(Files.readString(directory.resolve("resolve.rs")));
        int states = 0;
        int wrong = 0;
        while (tests.find()) {
            RumaFixtures fixtures = new RumaFixtures(directory.resolve("resolve"));
            Set<String> expected = fixtures.expected(tests.group(2));
            for (Set<String> state : fixtures.resolved(tests.group(1).equals("batches"), tests.group(3))) {
                states++;
                boolean same = state.equals(expected);
                wrong += same ? 0 : 1;
                System.out.println((same ? "the same  " : "DIFFERENT ") + tests.group(2));
            }
        }
        System.out.println(states + " states of ruma's fixtures, " + wrong + " resolved otherwise");
        if (wrong > 0 || states == 0) {
            System.exit(1);
        }
    }

    private Set<String> expected(String name) throws IOException {
        String snapshot = Files.readString(directory.resolve("snapshots/" + name + "@resolved_state.snap"));
        Set<String> ids = new TreeSet<>();
        JSON.readTree(snapshot.substring(snapshot.indexOf("\n[") + 1))
                .forEach(event -> ids.add(event.path("event_id").stringValue()));
        return ids;
    }

    private List<Set<String>> resolved(boolean batches, String files) throws IOException {
        List<List<String>> lists = LIST.matcher(files)
                .results()
                .map(list -> TEXT.matcher(list.group(1))
                        .results()
                        .map(text -> text.group(1))
                        .toList())
                .toList();
        for (String file : lists.get(lists.size() - 1)) {
            for (JsonNode event : fixture(file)) {
                RoomEvent read = RoomEvent.of(event);
                events.put(read.id(), read);
            }
        }
        RoomEvent create = events.values().iterator().next();
        RoomVersion version = RoomVersion.of(
                        create.content().path("room_version").stringValue())
                .orElseThrow();
        StateResolution resolution =
                StateResolution.of(new AuthorizationRules(version, Reading.RUMA), create, events::get);
        if (batches) {
            return List.of(ids(alongEdges(resolution)), ids(resolution.resolve(oneForEach())));
        }
        List<Map<StatePair, RoomEvent>> states = new ArrayList<>();
        for (String file : lists.get(0)) {
            Map<StatePair, RoomEvent> state = new HashMap<>();
            for (JsonNode id : fixture(file)) {
                RoomEvent event = Objects.requireNonNull(events.get(id.stringValue()));
                state.put(event.pair(), event);
            }
            states.add(state);
        }
        return List.of(ids(resolution.resolve(states)));
    }

    private JsonNode fixture(String file) throws IOException {
        return JSON.readTree(Files.readString(directory.resolve("fixtures").resolve(file)));
    }

    private Map<StatePair, RoomEvent> alongEdges(StateResolution resolution) {
        Map<String, Map<StatePair, RoomEvent>> after = new HashMap<>();
        Set<String> ends = new HashSet<>();
        for (RoomEvent event : events.values()) {
            List<Map<StatePair, RoomEvent>> branches = event.prevEvents().stream()
                    .map(parent -> Objects.requireNonNull(after.get(parent)))
                    .toList();
            Map<StatePair, RoomEvent> state = new HashMap<>(resolution.resolve(branches));
            state.put(event.pair(), event);
            after.put(event.id(), state);
            ends.add(event.id());
            ends.removeAll(event.prevEvents());
        }
        return resolution.resolve(
                ends.stream().map(after::get).map(Objects::requireNonNull).toList());
    }

    private List<Map<StatePair, RoomEvent>> oneForEach() {
        return events.values().stream()
                .map(event -> Map.of(event.pair(), event))
                .toList();
    }

    private static Set<String> ids(Map<StatePair, RoomEvent> state) {
        Set<String> ids = new TreeSet<>();
        state.values().forEach(event -> ids.add(event.id()));
        return ids;
    }
}
