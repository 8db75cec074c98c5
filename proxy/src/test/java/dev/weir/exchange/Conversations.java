package dev.weir.exchange;

import dev.weir.exchange.ClientMessage.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a client might send, at random: everything that the protocol allows.
 *
 * <p>Behind each COPY IN stand its data, some Syncs and its end, because anything else would make
 * PostgreSQL end the connection.
 */
final class Conversations {
    private static final Request[] EXTENDED = {
        Request.PARSE,
        Request.BIND,
        Request.DESCRIBE_STATEMENT,
        Request.DESCRIBE_PORTAL,
        Request.EXECUTE,
        Request.EXECUTE,
        Request.CLOSE
    };

    private final SplittableRandom random;
    private final List<ClientMessage> messages = new ArrayList<>();

    /** One in so many requests fails; conversations differ in that. */
    private final int failureRarity;

    private Conversations(SplittableRandom random) {
        this.random = random;
        failureRarity = 3 + random.nextInt(20);
    }

    static List<ClientMessage> next(SplittableRandom random) {
        Conversations it = new Conversations(random);
        int turns = 1 + random.nextInt(12);
        for (int i = 0; i < turns; i++) {
            it.turn();
        }
        return it.messages;
    }

    private void turn() {
        switch (random.nextInt(10)) {
            case 0, 1 -> query();
            case 2 -> add(Request.FUNCTION_CALL, anyFlags(false), List.of(), isRare());
            case 3 -> add(Request.SYNC, anyFlags(false), List.of(), isRare());
            case 4 -> stray();
            default -> {
                int requests = random.nextInt(8);
                for (int i = 0; i < requests; i++) {
                    extended();
                }
                if (random.nextInt(4) > 0) {
                    add(Request.SYNC, anyFlags(false), List.of(), isRare());
                }
            }
        }
    }

    private void query() {
        List<Statement> statements = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            statements.add(statement(false));
        }
        add(Request.QUERY, anyFlags(false), statements, isRare());
        statements.stream().filter(Statement.COPY_IN::equals).forEach(it -> copyData());
    }

    private void extended() {
        Request request = EXTENDED[random.nextInt(EXTENDED.length)];
        if (request != Request.EXECUTE) {
            add(request, anyFlags(request == Request.CLOSE), List.of(), isRare());
        } else if (random.nextInt(10) == 0) {
            add(request, anyFlags(false), List.of(), false);
        } else {
            Statement statement = statement(true);
            add(request, anyFlags(false), List.of(statement), isRare());
            if (statement == Statement.COPY_IN) {
                copyData();
            }
        }
        if (random.nextInt(6) == 0) {
            stray();
        }
    }

    private Statement statement(boolean inExecute) {
        return switch (random.nextInt(12)) {
            case 0, 1 -> Statement.COPY_IN;
            case 2 -> Statement.COPY_OUT;
            case 3 -> Statement.BEGIN;
            case 4, 5 -> Statement.COMMIT;
            case 6 -> inExecute ? Statement.SUSPENDED : Statement.ROWS;
            case 7 -> isRare() ? Statement.FAILURE : Statement.ROWS;
            case 8 -> isRare() ? Statement.FAILURE_AFTER_ROWS : Statement.ROWS;
            case 9 -> isRare() ? Statement.FAILURE_IN_COPY_OUT : Statement.ROWS;
            default -> Statement.ROWS;
        };
    }

    private void copyData() {
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(5)) {
                case 0 -> add(Request.SYNC, 0, List.of(), false);
                case 1 -> add(null, 0, List.of(), false); // Flush
                default -> data(isRare());
            }
        }
        add(Request.COPY_END, 0, List.of(), isRare());
    }

    /** Messages that mean nothing where they stand. */
    private void stray() {
        switch (random.nextInt(3)) {
            case 0 -> add(Request.COPY_END, 0, List.of(), random.nextBoolean());
            case 1 -> data(random.nextBoolean());
            default -> add(null, 0, List.of(), false); // Flush
        }
    }

    private void data(boolean bad) {
        messages.add(new ClientMessage(messages.size(), null, 0, true, List.of(), bad));
    }

    private void add(
            @Nullable Request request, int flags, List<Statement> statements, boolean fails) {
        messages.add(new ClientMessage(messages.size(), request, flags, false, statements, fails));
    }

    private int anyFlags(boolean mayAnswerParse) {
        int flags = random.nextInt(3) == 0 ? random.nextInt(4) : 0;
        return mayAnswerParse && random.nextBoolean() ? flags | Ledger.ANSWERS_PARSE : flags;
    }

    private boolean isRare() {
        return random.nextInt(failureRarity) == 0;
    }
}
