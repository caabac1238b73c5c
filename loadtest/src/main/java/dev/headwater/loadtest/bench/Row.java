package dev.headwater.loadtest.bench;

/** One thing that the bench measures, with servers of its own. */
@FunctionalInterface
interface Row {
    /** Measures; takes as long as it takes. Everything that it starts it ends. */
    Section run(Settings settings) throws Exception;
}
