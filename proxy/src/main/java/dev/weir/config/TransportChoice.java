package dev.weir.config;

/** The I/O interface of the kernel that the operator asks for. */
public enum TransportChoice {
    /** The best one that this machine can use. */
    AUTO,
    IO_URING,
    EPOLL,
    NIO
}
