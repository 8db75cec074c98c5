package dev.weir.backend;

import dev.weir.exchange.Effect;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Detects the transactions of one server connection that change the catalog: by their texts, and by
 * the command tags that the server returns. The tag of CREATE TABLE AS is SELECT, and that of a DO
 * block is DO, whatever it defines.
 */
final class DefinitionWatch {
    /** Objects of CREATE, ALTER and DROP on which the meaning of statements does not depend. */
    private static final Set<String> IRRELEVANT =
            Set.of(
                    "ACCESS METHOD",
                    "DATABASE",
                    "DEFAULT PRIVILEGES",
                    "EVENT TRIGGER",
                    "INDEX",
                    "PUBLICATION",
                    "SERVER",
                    "STATISTICS",
                    "SUBSCRIPTION",
                    "SYSTEM",
                    "TABLESPACE",
                    "USER MAPPING");

    /** Marks a request that creates temporary objects, which do not concern other sessions. */
    static final Effect TEMPORARY = new Unnoticed();

    private final CatalogChanges catalog;
    private boolean changing;

    /** How many texts that may change the catalog are not answered yet. */
    private int underWay;

    DefinitionWatch(CatalogChanges catalog) {
        this.catalog = catalog;
    }

    /** Whether the transaction that is open has changed the catalog. */
    boolean isChanging() {
        return changing;
    }

    /** A command is complete; its tag is the {@code length} bytes at {@code body}. */
    void completed(@Nullable Effect head, ByteBuf in, int body, int length) {
        if (length > "DROP ".length()
                && isDefinition(in, body, length - 1)
                && !changing
                && head != TEMPORARY) {
            changing = true;
            catalog.begins();
        }
    }

    private static boolean isDefinition(ByteBuf in, int body, int length) {
        byte first = in.getByte(body);
        byte second = in.getByte(body + 1);
        boolean may =
                first == 'C' && second == 'R'
                        || first == 'A' && second == 'L'
                        || first == 'D' && second == 'R'
                        || first == 'I' && second == 'M'
                        || first == 'G' && second == 'R'
                        || first == 'R' && second == 'E';
        if (!may) {
            return false; // SELECT, INSERT, UPDATE, COMMIT, BEGIN, …
        }
        String tag = in.toString(body, length, StandardCharsets.US_ASCII);
        int space = tag.indexOf(' ');
        String command = space < 0 ? tag : tag.substring(0, space);
        return switch (command) {
            case "CREATE", "ALTER", "DROP" -> !IRRELEVANT.contains(tag.substring(space + 1));
            case "IMPORT", "GRANT", "REVOKE", "REASSIGN" -> true; // rights are checked at Parse
            default -> false;
        };
    }

    /** No transaction is open any more. */
    void transactionEnded() {
        if (changing) {
            changing = false;
            catalog.ends();
        }
    }

    /** Notes that a text that may change the catalog is about to be sent; returns its effect. */
    Effect sending() {
        underWay++;
        catalog.begins();
        return new Effect() {
            @Override
            public void succeeded() {
                answered(true);
            }

            @Override
            public void failed() {
                answered(false);
            }

            @Override
            public void skipped() {
                answered(false);
            }
        };
    }

    /** What was carried out becomes visible to others when its transaction has ended. */
    private void answered(boolean isDone) {
        underWay--;
        if (isDone && !changing) {
            changing = true;
        } else {
            catalog.ends();
        }
    }

    /** The connection has ended; effects are not called then. */
    void connectionEnded() {
        transactionEnded();
        while (underWay > 0) {
            answered(false);
        }
    }

    private static final class Unnoticed implements Effect {
        @Override
        public void succeeded() {}

        @Override
        public void failed() {}

        @Override
        public void skipped() {}
    }
}
