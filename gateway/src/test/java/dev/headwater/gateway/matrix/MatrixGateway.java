package dev.headwater.gateway.matrix;

import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.GatewayOptions;
import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.http.ListenAddress;
import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.ServerOptions;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.history.CurrentState;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.recorded.RecordedRoom;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A gateway of alder's that holds what alder held at some moment, asked by the room's other servers with their own keys. */
final class MatrixGateway implements AutoCloseable {
    private static final String ALDER = "alder.example:8448";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RecordedRoom room;
    private final Gateway gateway;
    private final RawConnection connection;
    private final Map<String, SigningKey> keys = new HashMap<>();

    /** An answer: the status, and the body if that is 200. */
    record Answer(int status, JsonNode body) {}

    MatrixGateway(RecordedRoom room, Set<EventId> held) throws IOException {
        this.room = room;
        MemoryEventStore store = new MemoryEventStore();
        room.write(store, room.events().keySet().stream().filter(held::contains).toList());
        new VisibilitySweep(store).sweep(room.id()).block(PATIENCE);
        RoomAdmission admission =
                Objects.requireNonNull(new CurrentState(store).of(room.id()).block(PATIENCE));
        store.admit(room.id(), admission).block(PATIENCE);
        ServerOptions http = new ServerOptions(
                List.of(ListenAddress.plain(new InetSocketAddress("127.0.0.1", 0))),
                Duration.ofMinutes(5),
                PATIENCE,
                PATIENCE,
                Duration.ofSeconds(5),
                16 * 1024,
                LimitOptions.unlimited());
        gateway = Objects.requireNonNull(Gateway.start(
                        new GatewayOptions(
                                ServerName.parse(ALDER),
                                http,
                                FederationWhitelist.ALL,
                                RequestKeys.pinned(RecordedRooms.keys()),
                                null,
                                500,
                                new GatewayOptions.MissingEvents(50, false)),
                        store)
                .block(PATIENCE));
        connection = RawConnection.open(gateway.addresses().get(0));
    }

    @Override
    public void close() throws IOException {
        connection.close();
        gateway.stop().block(PATIENCE);
    }

    Answer backfill(String asker, EventId event) throws IOException {
        return get(asker, "backfill/" + encoded(room.id().value()) + "?limit=1&v=" + encoded(event.value()));
    }

    Answer event(String asker, EventId event) throws IOException {
        return get(asker, "event/" + encoded(event.value()));
    }

    Answer eventAuth(String asker, EventId event) throws IOException {
        return get(asker, "event_auth/" + encoded(room.id().value()) + "/" + encoded(event.value()));
    }

    /** @param endpoint {@code state} or {@code state_ids} */
    Answer state(String asker, String endpoint, EventId event) throws IOException {
        return get(asker, endpoint + "/" + encoded(room.id().value()) + "?event_id=" + encoded(event.value()));
    }

    /** @param dir {@code f} or {@code b} */
    Answer timestampToEvent(String asker, long ts, String dir) throws IOException {
        return get(asker, "timestamp_to_event/" + encoded(room.id().value()) + "?ts=" + ts + "&dir=" + dir);
    }

    Answer missingEvents(String asker, EventId latest, Collection<EventId> earliest) throws IOException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("latest_events").add(latest.value());
        var list = body.putArray("earliest_events");
        earliest.forEach(id -> list.add(id.value()));
        body.put("limit", 10);
        return send(asker, "POST", "get_missing_events/" + encoded(room.id().value()), body);
    }

    private Answer get(String asker, String path) throws IOException {
        return send(asker, "GET", path, null);
    }

    private Answer send(String asker, String method, String path, @Nullable ObjectNode body) throws IOException {
        String target = "/_matrix/federation/v1/" + path;
        ObjectNode signed = JsonNodeFactory.instance.objectNode();
        signed.put("method", method).put("uri", target).put("origin", asker).put("destination", ALDER);
        if (body != null) {
            signed.set("content", body);
        }
        SigningKey key = keys.computeIfAbsent(asker, MatrixGateway::key);
        String signature = UnpaddedBase64.encode(key.sign(CanonicalJson.encode(signed), Ed25519.jdk()));
        String content = body == null ? "" : new String(CanonicalJson.encode(body), StandardCharsets.UTF_8);
        Response response = connection
                .send(method + " " + target + " HTTP/1.1\r\nHost: " + ALDER + "\r\nAuthorization: X-Matrix origin=\""
                        + asker + "\",destination=\"" + ALDER + "\",key=\"" + key.id() + "\",sig=\"" + signature
                        + "\"\r\n"
                        + (body == null ? "" : "Content-Length: " + content.length() + "\r\n") + "\r\n" + content)
                .read();
        return new Answer(response.status(), StrictJson.parse(response.body(), StrictJson.Numbers.LENIENT));
    }

    private static SigningKey key(String server) {
        String path = "/rooms/recorded/" + server.substring(0, server.indexOf(':')) + ".signing.key";
        try (InputStream in = Objects.requireNonNull(RecordedRooms.class.getResourceAsStream(path), path)) {
            return SigningKey.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
