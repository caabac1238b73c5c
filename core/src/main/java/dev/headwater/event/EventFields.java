package dev.headwater.event;

import dev.headwater.event.BadEventException.Reason;
import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.Printable;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The members of an event, each with what its room version asks of it; what falls short is refused. */
final class EventFields {
    private static final int MAX_LENGTH = 255;

    private final RoomVersion version;
    private final RoomVersionRules rules;
    private final ObjectNode json;

    private @Nullable String tooDeep;

    EventFields(RoomVersion version, ObjectNode json) {
        this.version = version;
        this.rules = RoomVersionRules.of(version);
        this.json = json;
    }

    /** What is wrong with a {@link #depth} that is to be walked through all the same. */
    @Nullable
    String tooDeep() {
        return tooDeep;
    }

    /** A member that is text and not too long. */
    String text(String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isString()) {
            throw shape(name, "a string");
        }
        String text = value.stringValue();
        int length = rules.sizesInBytes()
                ? text.getBytes(StandardCharsets.UTF_8).length
                : text.codePointCount(0, text.length());
        if (length > MAX_LENGTH) {
            throw new BadEventException(
                    Reason.SIZE,
                    "expected at most " + MAX_LENGTH + (rules.sizesInBytes() ? " bytes" : " code points") + " in "
                            + name + ", found " + length);
        }
        return text;
    }

    /** A member that is an identifier of the kind that {@code parse} takes. */
    <T> T identifier(String name, Function<String, T> parse) {
        String text = text(name);
        try {
            return parse.apply(text);
        } catch (InvalidIdException e) {
            throw new BadEventException(Reason.IDENTIFIER, name + ": " + e.getMessage(), e);
        }
    }

    void requireHashes() {
        JsonNode sha256 = json.path("hashes").path("sha256");
        try {
            if (sha256.isString()) {
                UnpaddedBase64.decode(sha256.stringValue());
                return;
            }
        } catch (IllegalArgumentException e) {
            throw new BadEventException(Reason.HASHES, "expected hashes.sha256 in Base64: " + e.getMessage(), e);
        }
        throw new BadEventException(Reason.HASHES, "expected hashes.sha256 in Base64");
    }

    /** The depth; where it is beyond the range but was taken once, the largest and {@link #tooDeep} says so. */
    long depth() {
        JsonNode depth = json.path("depth");
        if (depth.isIntegralNumber() && depth.longValue() >= 0) {
            return depth.longValue();
        }
        tooDeep = "expected a depth from 0 to 2^53-1, found " + brief(depth);
        if (rules.numbers() == Numbers.LENIENT
                && isInteger(depth)
                && depth.decimalValue().signum() > 0) {
            return StrictJson.MAX_INTEGER;
        }
        throw new BadEventException(Reason.DEPTH, tooDeep);
    }

    private static boolean isInteger(JsonNode number) {
        return number.isNumber() && number.decimalValue().scale() == 0;
    }

    long originServerTs() {
        JsonNode time = json.path("origin_server_ts");
        if (time.isIntegralNumber()) {
            return time.longValue();
        }
        if (rules.keyValidityEnforced()) {
            // Without a time there is no telling which keys were valid.
            throw shape("origin_server_ts", "an integer");
        }
        return 0;
    }

    /** IDs of other events, each once. What no event can have as its ID is no edge: nothing can ever be found by it. */
    List<EventId> edges(String name) {
        if (!(json.get(name) instanceof ArrayNode edges)) {
            throw shape(name, "an array");
        }
        Set<EventId> ids = new LinkedHashSet<>();
        for (JsonNode edge : edges) {
            JsonNode id = rules.edgesCarryHashes()
                            && edge.isArray()
                            && edge.size() == 2
                            && edge.get(1).isObject()
                    ? edge.get(0)
                    : rules.edgesCarryHashes() ? null : edge;
            if (id == null || !id.isString()) {
                throw shape(name, rules.edgesCarryHashes() ? "an array of [id, {hashes}]" : "an array of event IDs");
            }
            EventId.tryParse(id.stringValue()).ifPresent(ids::add);
        }
        return List.copyOf(ids);
    }

    BadEventException shape(String name, String expected) {
        return new BadEventException(
                Reason.SHAPE,
                "expected " + name + " to be " + expected + " in room version " + version.identifier() + ", found "
                        + brief(json.path(name)));
    }

    static String brief(JsonNode value) {
        if (value.isMissingNode()) {
            return "nothing";
        }
        byte[] text = CanonicalJson.encode(value);
        return Printable.of(new String(text, 0, Math.min(text.length, 80), StandardCharsets.UTF_8))
                + (text.length > 80 ? "…" : "");
    }
}
