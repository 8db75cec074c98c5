package dev.weir.auth;

import dev.weir.config.Place;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of the hba file: which clients it applies to, and how they must authenticate.
 *
 * @param address null for Unix sockets
 * @param asked null until the files that it needs have been read
 */
record HbaRule(
        Place place,
        Connection connection,
        HbaNames databases,
        HbaNames users,
        @Nullable HbaAddress address,
        HbaMethod method,
        HbaOptions options,
        @Nullable Demand asked) {

    HbaRule(
            Place place,
            Connection connection,
            HbaNames databases,
            HbaNames users,
            @Nullable HbaAddress address,
            HbaMethod method,
            HbaOptions options) {
        this(place, connection, databases, users, address, method, options, null);
    }

    /** The same rule, with what it demands. */
    HbaRule asking(Demand demand) {
        return new HbaRule(place, connection, databases, users, address, method, options, demand);
    }

    /** What it demands. */
    Demand demand() {
        return Objects.requireNonNull(asked, "not read with its files");
    }

    /** The type of connection, which is the first word of a line. */
    enum Connection {
        LOCAL("local"),
        HOST("host"),
        HOSTSSL("hostssl"),
        HOSTNOSSL("hostnossl"),
        /** Never applies, since Weir answers GSSENCRequest with N. */
        HOSTGSSENC("hostgssenc"),
        HOSTNOGSSENC("hostnogssenc");

        private final String word;

        Connection(String word) {
            this.word = word;
        }

        static @Nullable Connection of(HbaToken token) {
            for (Connection connection : values()) {
                if (connection.word.equals(token.text())) {
                    return connection;
                }
            }
            return null;
        }

        private boolean isOf(boolean encrypted) {
            return switch (this) {
                case HOST, HOSTNOGSSENC -> true;
                case HOSTSSL -> encrypted;
                case HOSTNOSSL -> !encrypted;
                case LOCAL, HOSTGSSENC -> false;
            };
        }
    }

    /** Whether those to whom it applies can have what its method looks at. */
    boolean canPass() {
        return switch (method) {
            case PEER -> connection == Connection.LOCAL;
            case CERT -> connection != Connection.LOCAL && connection != Connection.HOSTNOSSL;
            default -> true;
        };
    }

    /**
     * Whether the rule applies to {@code client}.
     *
     * @param from its address in bytes; null for a Unix socket
     */
    boolean isFor(HbaClient client, byte @Nullable [] from) {
        boolean comes =
                from == null || address == null
                        ? from == null && connection == Connection.LOCAL
                        : connection.isOf(client.origin().isEncrypted()) && address.has(from);
        return comes && databases.hasDatabase(client) && users.hasUser(client.user());
    }
}
