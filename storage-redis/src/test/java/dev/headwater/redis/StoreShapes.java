package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.redis.testing.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;

/**
 * Measures the shapes that the store could have in Redis: how to publish, how to read pages, how to look up an event.
 *
 * <p>Run: {@code mvn -q -Dfast -pl storage-redis -am test-compile} and then this class with the test class path; see
 * docs/decisions.md for the command and what came out of it.
 */
public final class StoreShapes {
    private static final int ROUNDS = 5;
    private static final int ENTRIES = Integer.getInteger("entries", 100_000);
    private static final Random RANDOM = new Random(1);

    private static final String LINEAR = """
            local n = struct.unpack('>I4', redis.call('GET', KEYS[1]))
            local low = 1
            while low * 2 <= n do low = low * 2 end
            local out = {}
            for i, field in ipairs(ARGV) do
              local h = struct.unpack('>I4', field)
              local at = h % (low * 2)
              if at >= n then at = at - low end
              out[i] = redis.call('HGET', KEYS[2] .. at, field)
            end
            return out
            """;
    private static final String PUBLISH = """
            local head = redis.call('GET', KEYS[1])
            if head and string.sub(head, 1, 8) ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[2])
            for i = 3, #KEYS do redis.call('SET', KEYS[i], ARGV[i]) end
            for i = #KEYS + 1, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
            return 1
            """;

    private final RedisAsyncCommands<byte[], byte[]> redis;
    private final Map<String, List<double[]>> results = new LinkedHashMap<>();

    private StoreShapes(RedisAsyncCommands<byte[], byte[]> redis) {
        this.redis = redis;
    }

    public static void main(String[] args) throws Exception {
        try (var server = RedisServer.started("--appendonly", "no")) {
            var client = RedisClient.create(server.uri());
            new StoreShapes(client.connect(ByteArrayCodec.INSTANCE).async()).run();
            client.shutdown();
        }
    }

    private void run() throws Exception {
        byte[][] fields = new byte[ENTRIES][12];
        Map<String, Long> memory = new LinkedHashMap<>();
        for (byte[] field : fields) {
            RANDOM.nextBytes(field);
        }
        long before = usedMemory();
        fill(fields, (i, f) -> "one");
        memory.put("one hash", usedMemory() - before);
        before = usedMemory();
        int n = Math.max(1, ENTRIES / 128);
        redis.set(bytes("n"), ByteBuffer.allocate(4).putInt(n).array()).get();
        fill(fields, (i, f) -> "lin" + linear(f, n));
        memory.put("linear hashing", usedMemory() - before);
        before = usedMemory();
        fill(fields, (i, f) -> level(f, levelOf(i)));
        memory.put("levels of 16", usedMemory() - before);
        memory.forEach(
                (name, used) -> System.out.printf("%-40s %6.1f bytes an entry%n", name, used / (double) ENTRIES));

        byte[] page = new byte[27_000];
        byte[] side = new byte[1_600];
        byte[][] window = new byte[9][];
        window[0] = bytes("n");
        for (int i = 0; i < 4; i++) {
            redis.set(bytes("p" + i), page).get();
            redis.set(bytes("o" + i), side).get();
            window[1 + i] = bytes("p" + i);
            window[5 + i] = bytes("o" + i);
        }
        for (int i = 0; i < 100; i++) {
            redis.set(bytes("e" + i), new byte[846]).get();
        }
        String publish = redis.scriptLoad(PUBLISH).get();
        String lookUp = redis.scriptLoad(LINEAR).get();
        int levels = levelOf(ENTRIES - 1) + 1;
        for (int round = 0; round <= ROUNDS; round++) {
            boolean warmUp = round == 0;
            measure(warmUp, "read: MGET of head, 4 bodies, 4 sides", 2_000, i -> get(redis.mget(window)));
            measure(warmUp, "read: 100 GETs, pipelined", 500, i -> getAll(100, k -> redis.get(bytes("e" + k))));
            measure(warmUp, "read: 100 GETs, each after the last", 30, i -> {
                for (int k = 0; k < 100; k++) {
                    get(redis.get(bytes("e" + k)));
                }
            });
            for (int ids : new int[] {1, 20, 512}) {
                int times = ids == 512 ? 200 : 3_000;
                measure(
                        warmUp,
                        "look up " + ids + ": one hash, HMGET",
                        times,
                        i -> get(redis.hmget(bytes("one"), some(fields, i, ids))));
                measure(
                        warmUp,
                        "look up " + ids + ": linear, one script",
                        times,
                        i -> get(redis.evalsha(
                                lookUp,
                                ScriptOutputType.MULTI,
                                new byte[][] {bytes("n"), bytes("lin")},
                                some(fields, i, ids))));
                measure(
                        warmUp,
                        "look up " + ids + ": linear, count known, HGETs",
                        times,
                        i -> getAll(ids, k -> {
                            byte[] field = fields[(i * 31 + k) % ENTRIES];
                            return redis.hget(bytes("lin" + linear(field, n)), field);
                        }));
                measure(
                        warmUp,
                        "look up " + ids + ": all levels, HGETs",
                        times,
                        i -> getAll(ids * levels, k -> {
                            byte[] field = fields[(i * 31 + k / levels) % ENTRIES];
                            return redis.hget(bytes(level(field, k % levels)), field);
                        }));
            }
            measure(warmUp, "publish 256: one script", 200, i -> publishByScript(publish, fields, side));
            measure(warmUp, "publish 256: WATCH, MULTI, EXEC", 200, i -> publishByTransaction(fields, side));
        }
        System.out.printf("%-48s %22s %10s%n", "", "wall µs (min..max)", "Redis µs");
        results.forEach((name, rows) -> {
            double[] wall = rows.stream().mapToDouble(r -> r[0]).sorted().toArray();
            double[] cpu = rows.stream().mapToDouble(r -> r[1]).sorted().toArray();
            System.out.printf(
                    "%-48s %7.0f (%.0f..%.0f) %10.0f%n",
                    name, wall[ROUNDS / 2], wall[0], wall[ROUNDS - 1], cpu[ROUNDS / 2]);
        });
    }

    private void publishByScript(String digest, byte[][] fields, byte[] side) {
        byte[][] keys = new byte[10][];
        List<byte[]> values = new ArrayList<>(List.of(new byte[8], new byte[60]));
        keys[0] = bytes("head");
        keys[1] = bytes("entries");
        for (int i = 2; i < 10; i++) {
            keys[i] = bytes("side" + i);
            values.add(side);
        }
        for (int i = 0; i < 256; i++) {
            values.add(fields[i]);
            values.add(new byte[4]);
        }
        get(redis.evalsha(digest, ScriptOutputType.INTEGER, keys, values.toArray(byte[][]::new)));
    }

    private void publishByTransaction(byte[][] fields, byte[] side) {
        var watch = redis.watch(bytes("head"));
        get(redis.get(bytes("head")));
        get(watch);
        List<RedisFuture<?>> sent = new ArrayList<>();
        sent.add(redis.multi());
        sent.add(redis.set(bytes("head"), new byte[60]));
        Map<byte[], byte[]> entries = new HashMap<>();
        for (int i = 2; i < 10; i++) {
            sent.add(redis.set(bytes("side" + i), side));
        }
        for (int i = 0; i < 256; i++) {
            entries.put(fields[i], new byte[4]);
        }
        sent.add(redis.hset(bytes("entries"), entries));
        sent.add(redis.exec());
        sent.forEach(StoreShapes::get);
    }

    private interface KeyOf {
        String key(int position, byte[] field);
    }

    private void fill(byte[][] fields, KeyOf keyOf) throws Exception {
        List<RedisFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < fields.length; i++) {
            sent.add(redis.hset(bytes(keyOf.key(i, fields[i])), fields[i], new byte[] {
                (byte) (i >>> 12 | 128), (byte) (i >>> 5), 0, (byte) (i & 31)
            }));
        }
        for (RedisFuture<?> future : sent) {
            future.get();
        }
    }

    private void measure(boolean warmUp, String name, int times, IntConsumer work) throws Exception {
        double cpu = redisCpu();
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            work.accept(i);
        }
        double wall = (System.nanoTime() - start) / 1e3 / times;
        if (!warmUp) {
            results.computeIfAbsent(name, k -> new ArrayList<>()).add(new double[] {wall, (redisCpu() - cpu) / times});
        }
    }

    private double redisCpu() throws Exception {
        return field(redis.info("cpu").get(), "used_cpu_user:") * 1e6
                + field(redis.info("cpu").get(), "used_cpu_sys:") * 1e6;
    }

    private long usedMemory() throws Exception {
        return (long) field(redis.info("memory").get(), "used_memory:");
    }

    private static double field(String info, String name) {
        return Arrays.stream(info.split("\r\n"))
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    private static byte[][] some(byte[][] fields, int i, int count) {
        byte[][] out = new byte[count][];
        for (int k = 0; k < count; k++) {
            out[k] = fields[(i * 31 + k) % ENTRIES];
        }
        return out;
    }

    private static int linear(byte[] field, int n) {
        long h = Integer.toUnsignedLong(ByteBuffer.wrap(field).getInt());
        int low = Integer.highestOneBit(n);
        long at = h % (2L * low);
        return (int) (at >= n ? at - low : at);
    }

    private static int levelOf(int position) {
        int level = 0;
        for (long capacity = 256; position >= capacity; capacity *= 16) {
            level++;
        }
        return level;
    }

    private static String level(byte[] field, int level) {
        return "lev" + level + ":"
                + (Integer.toUnsignedLong(ByteBuffer.wrap(field).getInt()) & ((1L << 4 * level) - 1));
    }

    private interface Send {
        RedisFuture<?> send(int k);
    }

    private static void getAll(int count, Send send) {
        RedisFuture<?>[] sent = new RedisFuture<?>[count];
        for (int k = 0; k < count; k++) {
            sent[k] = send.send(k);
        }
        for (RedisFuture<?> future : sent) {
            get(future);
        }
    }

    private static void get(RedisFuture<?> future) {
        try {
            future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
