package dev.weir.protocol;

/**
 * What a client must know to cancel a query: the number of the session and its secret. Announced by
 * BackendKeyData, presented by CancelRequest.
 */
public record CancelKey(int processId, CancelSecret secret) {}
