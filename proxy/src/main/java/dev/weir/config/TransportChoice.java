package dev.weir.config;

/** The kernel's I/O interface that the operator selected. */
public enum TransportChoice {
    /** The best one available on this machine. */
    AUTO,
    IO_URING,
    EPOLL,
    NIO
}
