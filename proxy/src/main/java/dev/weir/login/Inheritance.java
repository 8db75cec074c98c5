package dev.weir.login;

import dev.weir.os.InheritedSocket;
import java.util.List;

/**
 * What a starting process inherits from others.
 *
 * @param takesOver whether another process, which listens on the same addresses, is about to end
 * @param sockets that are listening already; if there are any, no others are opened
 */
public record Inheritance(boolean takesOver, List<InheritedSocket> sockets) {
    /** Nothing is inherited: the process opens its own sockets, and no other may listen there. */
    public static final Inheritance NONE = new Inheritance(false, List.of());

    public Inheritance {
        sockets = List.copyOf(sockets);
    }
}
