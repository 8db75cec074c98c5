package dev.weir.pgkit;

/** Reports an ErrorResponse where the caller expected success. */
public final class ServerError extends RuntimeException {
    private final transient Message response;

    ServerError(Message response) {
        super(response.summary());
        this.response = response;
    }

    public Message response() {
        return response;
    }

    public String sqlState() {
        return response.sqlState();
    }
}
