package dev.weir.login;

import dev.weir.os.InheritedSocket;
import java.util.List;

/**
 * What a process that starts has from others.
 *
 * @param takesOver whether another process, which listens on the same addresses, is about to end
 * @param sockets that listen already; if there are any, no others are opened
 */
public record Inheritance(boolean takesOver, List<InheritedSocket> sockets) {
    /** Nothing: it opens its sockets, and nobody else may listen there. */
    public static final Inheritance NONE = new Inheritance(false, List.of());

    public Inheritance {
        sockets = List.copyOf(sockets);
    }
}
