package dev.weir.exchange;

/** What to do with a message from the server. */
public enum Verdict {
    /** It is for the client. */
    FORWARD,
    /** It answers something that the client never sent. */
    SWALLOW,
    /** It is a CloseComplete in place of a ParseComplete: forward it with that tag. */
    AS_PARSE_COMPLETE
}
