package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The corrected depths of a batch.
 *
 * @param depths by position in the batch
 * @param blocked the first position whose stored children must be raised before it can be stored; -1 if none
 */
record DepthPlan(long[] depths, int blocked) {
    /** @param oldestFirst parents before children, so that all parents of an event that are in the batch have a depth */
    static DepthPlan of(List<NewEvent> oldestFirst, BatchFacts facts) {
        int size = oldestFirst.size();
        Map<EventId, Integer> positions = new HashMap<>();
        for (int i = 0; i < size; i++) {
            positions.put(oldestFirst.get(i).id(), i);
        }
        long[] ceilings = ceilings(oldestFirst, positions, facts);
        long[] depths = new long[size];
        int blocked = -1;
        for (int i = 0; i < size; i++) {
            NewEvent event = oldestFirst.get(i);
            long highest = CorrectedDepth.NO_PARENT;
            for (EventId parent : facts.followed(event)) {
                Integer inBatch = positions.get(parent);
                highest = Math.max(highest, inBatch != null ? depths[inBatch] : facts.depthOf(parent));
            }
            depths[i] = CorrectedDepth.choose(event.depth(), highest, ceilings[i]);
            Gap gap = facts.basis().gaps().get(event.id());
            if (blocked < 0 && gap != null && gap.lowestChild() <= depths[i]) {
                blocked = i;
            }
        }
        return new DepthPlan(depths, blocked);
    }

    /** How high each may stand so that it and what follows it in the batch stay below the stored children of all. */
    private static long[] ceilings(List<NewEvent> oldestFirst, Map<EventId, Integer> positions, BatchFacts facts) {
        long[] ceilings = new long[oldestFirst.size()];
        Arrays.fill(ceilings, CorrectedDepth.NO_CHILD);
        for (int i = ceilings.length - 1; i >= 0; i--) {
            NewEvent event = oldestFirst.get(i);
            Gap gap = facts.basis().gaps().get(event.id());
            if (gap != null) {
                ceilings[i] = Math.min(ceilings[i], gap.lowestChild() - 1);
            }
            if (ceilings[i] != CorrectedDepth.NO_CHILD) {
                for (EventId parent : facts.followed(event)) {
                    Integer inBatch = positions.get(parent);
                    if (inBatch != null) {
                        ceilings[inBatch] = Math.min(ceilings[inBatch], ceilings[i] - 1);
                    }
                }
            }
        }
        return ceilings;
    }
}
