package dev.weir.exchange;

/** What is to become of a message from the server. */
public enum Verdict {
    /** It is the client's. */
    FORWARD,
    /** It answers something that the client never sent. */
    SWALLOW,
    /** It is a CloseComplete that stands for a ParseComplete: forward it with that tag. */
    AS_PARSE_COMPLETE
}
