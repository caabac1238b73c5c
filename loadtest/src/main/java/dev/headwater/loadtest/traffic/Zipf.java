package dev.headwater.loadtest.traffic;

import java.util.Arrays;
import java.util.Random;

/** Numbers from 0 on, of which the n-th is drawn 1 ∕ (n + 1)^skew as often as the first: how often rooms are asked for. */
final class Zipf {
    private final double[] upTo;

    /** @param skew 0: all alike; 1: the classical one */
    Zipf(int size, double skew) {
        upTo = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.pow(i + 1, -skew);
            upTo[i] = sum;
        }
    }

    int next(Random random) {
        int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return Math.min(found < 0 ? -found - 1 : found + 1, upTo.length - 1);
    }
}
