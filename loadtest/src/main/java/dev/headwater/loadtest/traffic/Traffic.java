package dev.headwater.loadtest.traffic;

import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.SigningKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who asks whom about what: all that a load needs to know of the rooms.
 *
 * @param destination the resident server, for which requests are signed
 * @param askers the servers in whose names is asked; all are in all rooms
 * @param rooms the most asked first
 */
record Traffic(ServerName destination, Map<ServerName, SigningKey> askers, List<Room> rooms) {
    static final String FILE = "traffic.json";
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * A room and where to start walking in it.
     *
     * @param newest its newest event, as a server that has just joined would know it
     * @param events a sample of its events, evenly from its whole length, the newest first
     */
    record Room(RoomId id, String newest, List<String> events) {}

    Traffic {
        askers = new LinkedHashMap<>(askers);
        rooms = List.copyOf(rooms);
    }

    void write(Path directory) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("destination", destination.value());
        ObjectNode servers = json.putObject("askers");
        askers.forEach((server, key) -> servers.put(server.value(), key.toSecretLine()));
        ArrayNode list = json.putArray("rooms");
        for (Room room : rooms) {
            ObjectNode entry = list.addObject();
            entry.put("room", room.id.value()).put("newest", room.newest);
            ArrayNode sample = entry.putArray("events");
            room.events.forEach(sample::add);
        }
        JSON.writeValue(directory.resolve(FILE), json);
    }

    static Traffic read(Path directory) {
        JsonNode json = JSON.readTree(directory.resolve(FILE));
        Map<ServerName, SigningKey> askers = new LinkedHashMap<>();
        json.path("askers")
                .forEachEntry(
                        (server, key) -> askers.put(ServerName.parse(server), SigningKey.parse(key.stringValue())));
        List<Room> rooms = new ArrayList<>();
        for (JsonNode room : json.path("rooms")) {
            List<String> events = new ArrayList<>();
            room.path("events").forEach(event -> events.add(event.stringValue()));
            rooms.add(new Room(
                    RoomId.parse(room.path("room").stringValue()),
                    room.path("newest").stringValue(),
                    events));
        }
        return new Traffic(ServerName.parse(json.path("destination").stringValue()), askers, rooms);
    }
}
