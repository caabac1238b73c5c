package dev.headwater.redis.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A cluster of three real masters without replicas, of which slots can be moved step by step. */
public final class RedisCluster implements AutoCloseable {
    private static final int SLOTS = 16384;
    private static final int MASTERS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<RedisServer> nodes = new ArrayList<>();

    private RedisCluster() {}

    /** Starts the nodes and returns when each of them says that the cluster is complete. */
    public static RedisCluster started() {
        var cluster = new RedisCluster();
        try {
            cluster.form();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    public String uri() {
        return nodes.stream()
                .map(node -> "127.0.0.1:" + node.port())
                .collect(Collectors.joining(",", "redis-cluster://", ""));
    }

    /** Begins to move the slot of a key from its node to another. Nothing has moved yet. */
    public SlotMove startMoving(String key) {
        int slot =
                Integer.parseInt(nodes.get(0).command("CLUSTER KEYSLOT " + key).substring(1));
        int from = slot * MASTERS / SLOTS;
        return new SlotMove(slot, nodes.get(from), nodes.get((from + 1) % MASTERS));
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    private void form() {
        for (int i = 0; i < MASTERS; i++) {
            RedisServer node = RedisServer.started("--cluster-enabled", "yes", "--cluster-node-timeout", "15000");
            nodes.add(node);
            int number = i;
            must(node, "CLUSTER SET-CONFIG-EPOCH " + (i + 1));
            must(
                    node,
                    "CLUSTER ADDSLOTS "
                            + IntStream.range(0, SLOTS)
                                    .filter(slot -> slot * MASTERS / SLOTS == number)
                                    .mapToObj(Integer::toString)
                                    .collect(Collectors.joining(" ")));
        }
        for (RedisServer node : nodes) {
            must(nodes.get(0), "CLUSTER MEET 127.0.0.1 " + node.port());
        }
        Awaitility.await("cluster_state:ok on every node")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> nodes.stream().allMatch(RedisCluster::isComplete));
    }

    private static boolean isComplete(RedisServer node) {
        String info = node.command("CLUSTER INFO");
        return info.contains("cluster_state:ok")
                && info.contains("cluster_known_nodes:" + MASTERS)
                && info.contains("cluster_slots_ok:" + SLOTS);
    }

    private static void must(RedisServer node, String command) {
        String answer = node.command(command);
        if (!answer.equals("+OK")) {
            throw new IllegalStateException(command.substring(0, Math.min(60, command.length())) + ": " + answer);
        }
    }

    /** A slot on its way from one node to another. */
    public final class SlotMove {
        private final int slot;
        private final RedisServer from;
        private final RedisServer to;

        private SlotMove(int slot, RedisServer from, RedisServer to) {
            this.slot = slot;
            this.from = from;
            this.to = to;
            must(to, "CLUSTER SETSLOT " + slot + " IMPORTING " + from.command("CLUSTER MYID"));
            must(from, "CLUSTER SETSLOT " + slot + " MIGRATING " + to.command("CLUSTER MYID"));
        }

        /** Moves one key; false if none is left to move. */
        public boolean step() {
            String key = from.command("CLUSTER GETKEYSINSLOT " + slot + " 1");
            if (key.isEmpty()) {
                return false;
            }
            must(from, "MIGRATE 127.0.0.1 " + to.port() + " " + key + " 0 10000");
            return true;
        }

        /** Gives the slot, which must be empty at its old node, to the new one. */
        public void finish() {
            String owner = to.command("CLUSTER MYID");
            must(to, "CLUSTER SETSLOT " + slot + " NODE " + owner);
            must(from, "CLUSTER SETSLOT " + slot + " NODE " + owner);
            nodes.forEach(node -> must(node, "CLUSTER SETSLOT " + slot + " NODE " + owner));
        }
    }
}
