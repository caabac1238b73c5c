package dev.headwater.gateway.discovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One SRV record.
 *
 * @param target without its final dot; empty if it says that there is no such service
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2782">RFC 2782</a>
 */
record ServiceRecord(int priority, int weight, int port, String target) {
    /**
     * In the order in which they are to be tried: by priority, and within one by lot, in which a record's chance is its
     * weight.
     */
    static List<ServiceRecord> order(List<ServiceRecord> records, RandomGenerator random) {
        List<ServiceRecord> rest = new ArrayList<>(records);
        // Those without weight stand first, so that they are drawn only when the lot is 0.
        rest.sort(Comparator.comparingInt(ServiceRecord::priority).thenComparingInt(ServiceRecord::weight));
        List<ServiceRecord> ordered = new ArrayList<>();
        while (!rest.isEmpty()) {
            int priority = rest.get(0).priority();
            List<ServiceRecord> equals = rest.stream()
                    .takeWhile(record -> record.priority() == priority)
                    .toList();
            ServiceRecord drawn = draw(equals, random);
            ordered.add(drawn);
            rest.remove(drawn);
        }
        return ordered;
    }

    private static ServiceRecord draw(List<ServiceRecord> equals, RandomGenerator random) {
        int sum = equals.stream().mapToInt(ServiceRecord::weight).sum();
        int lot = random.nextInt(sum + 1);
        for (ServiceRecord record : equals) {
            lot -= record.weight();
            if (lot <= 0) {
                return record;
            }
        }
        throw new IllegalStateException("the lot is beyond the sum of the weights");
    }
}
