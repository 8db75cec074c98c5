package dev.weir.net;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/** The memory of the buffers of all channels, which is outside of the heap. */
public final class DirectMemory {
    private DirectMemory() {}

    /** How many bytes it takes up now, whether they are in use or kept for later use. */
    public static long used() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }

    /** How many bytes it may take up: {@code -XX:MaxDirectMemorySize}, or as much as the heap. */
    public static long max() {
        @Nullable HotSpotDiagnosticMXBean jvm =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long set =
                jvm == null ? 0 : Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
        return set == 0 ? Runtime.getRuntime().maxMemory() : set;
    }
}
