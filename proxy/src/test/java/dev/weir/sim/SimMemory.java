package dev.weir.sim;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;

/** The memory for buffers: counted, and refused if the world's {@link Faults} say so. */
final class SimMemory extends AbstractByteBufAllocator {
    private final World world;
    private long used;

    /** Whether it is the system that asks, not Weir. */
    private boolean isOfSystem;

    SimMemory(World world) {
        super(false);
        this.world = world;
    }

    /** What is not released yet, in bytes. */
    long used() {
        return used;
    }

    /** A buffer that is not Weir's own; it is refused at another place. */
    ByteBuf ofSystem(int bytes) {
        isOfSystem = true;
        try {
            return buffer(bytes);
        } finally {
            isOfSystem = false;
        }
    }

    @Override
    protected ByteBuf newHeapBuffer(int initial, int max) {
        return new Buffer(initial, max);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initial, int max) {
        return new Buffer(initial, max);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    private final class Buffer extends UnpooledHeapByteBuf {
        Buffer(int initial, int max) {
            super(SimMemory.this, initial, max);
        }

        @Override
        protected byte[] allocateArray(int bytes) {
            if (!isOfSystem && world.strikes(Faults.Place.BUFFER, null)) {
                throw Faults.outOfMemory();
            }
            used += bytes;
            return new byte[bytes];
        }

        @Override
        protected void freeArray(byte[] array) {
            used -= array.length;
        }
    }
}
