package dev.weir.metrics;

/**
 * The span of one of the times that a bucket counts, so that whoever looks at the bucket can look
 * at a trace.
 *
 * @param nanos the time
 * @param atMillis when it ended, in Unix time
 */
public record Exemplar(String traceId, String spanId, long nanos, long atMillis) {}
