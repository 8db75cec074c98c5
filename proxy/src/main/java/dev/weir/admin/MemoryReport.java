package dev.weir.admin;

import dev.weir.net.DirectMemory;
import dev.weir.protocol.BackendMessages.Column;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * SHOW MEM. Where PgBouncer counts the objects of its slabs, Weir shows its memory by kind, in
 * units of 1 kB so that the columns can hold it.
 */
final class MemoryReport {
    private static final List<Column> COLUMNS =
            Table.columns("name, size int4, used int4, free int4, memtotal int4");

    private static final int UNIT = 1_024;

    private MemoryReport() {}

    static CompletableFuture<Table> memory(Sources from) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        long buffers = DirectMemory.used();
        return CompletableFuture.completedFuture(
                new Table(
                        COLUMNS,
                        List.of(
                                row("heap", heap.getUsed(), heap.getCommitted()),
                                row("non_heap", other.getUsed(), other.getCommitted()),
                                row("buffers", buffers, buffers))));
    }

    private static Row row(String name, long used, long total) {
        long all = Math.min(total, Integer.MAX_VALUE);
        return Row.of(name, UNIT, used / UNIT, (total - used) / UNIT, all);
    }
}
