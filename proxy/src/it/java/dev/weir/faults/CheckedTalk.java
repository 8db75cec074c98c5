package dev.weir.faults;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a client of the chaos tests says, and the only values it may hear in reply. */
final class CheckedTalk {
    private final byte[] bytes;
    private final int readies;
    private final List<String> expected;

    private CheckedTalk(int readies, List<String> expected, byte[]... messages) {
        this.bytes = Wire.concat(messages);
        this.readies = readies;
        this.expected = expected;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Everything in one write; returns what is wrong with the answer, or null. */
    void run(WireClient client) {
        client.send(bytes);
        List<String> heard = new ArrayList<>();
        for (Message message : client.readUntilReady(readies)) {
            switch (message.tag()) {
                case 'D' -> heard.add(String.valueOf(message.row().getFirst()));
                case 'd' -> heard.add(message.text().strip());
                case 'E' -> throw new Refused(message);
                default -> {}
            }
        }
        if (!heard.equals(expected)) {
            throw new AssertionError("wrong rows: " + heard + " (expected: " + expected + ")");
        }
    }

    /** The server, or Weir, said no. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String sqlState;

        Refused(Message error) {
            super(error.summary());
            sqlState = error.sqlState();
        }

        String sqlState() {
            return sqlState;
        }
    }

    /** One whose every statement succeeds and whose every value carries {@code mark}. */
    static CheckedTalk good(Random random, String mark) {
        String value = "select '" + mark + "'";
        return switch (random.nextInt(10)) {
            case 0 -> new CheckedTalk(1, List.of(mark), Wire.query(value));
            case 1 -> new CheckedTalk(1, List.of(mark), unnamed(value), Wire.sync());
            case 2 ->
                    new CheckedTalk(
                            3,
                            List.of(mark + "a", mark + "b", mark + "c"),
                            unnamed("select '" + mark + "a'"),
                            Wire.sync(),
                            unnamed("select '" + mark + "b'"),
                            Wire.sync(),
                            unnamed("select '" + mark + "c'"),
                            Wire.sync());
            case 3 ->
                    new CheckedTalk(
                            1,
                            List.of(mark),
                            Wire.parse("same", "select $1::text /* " + mark + " */"),
                            Wire.bind("", "same", mark),
                            Wire.execute("", 0),
                            Wire.closeStatement("same"),
                            Wire.sync());
            case 4 ->
                    new CheckedTalk(
                            3,
                            List.of(mark),
                            Wire.query("begin"),
                            Wire.query(value),
                            Wire.query("commit"));
            case 5 ->
                    new CheckedTalk(1, List.of(mark), Wire.query("copy (" + value + ") to stdout"));
            case 6 ->
                    new CheckedTalk(
                            3,
                            List.of(mark),
                            Wire.query("begin; copy marks from stdin"),
                            Wire.copyData((mark + "\n").getBytes(StandardCharsets.UTF_8)),
                            Wire.copyDone(),
                            Wire.query("select v from marks"),
                            Wire.query("rollback"));
            case 7 ->
                    new CheckedTalk(
                            2,
                            List.of(mark),
                            Wire.parse("", value),
                            Wire.sync(),
                            Wire.bind("", ""),
                            Wire.execute("", 0),
                            Wire.sync());
            case 8 ->
                    new CheckedTalk(
                            3,
                            List.of(mark),
                            Wire.query("begin; create temp table own (v text) on commit drop"),
                            Wire.query("insert into own values ('" + mark + "') returning v"),
                            Wire.query("commit"));
            default ->
                    new CheckedTalk(
                            1,
                            List.of((mark + " ").repeat(3_000)),
                            Wire.query("select repeat('" + mark + " ', 3000)"));
        };
    }

    /** One that may fail, hang for a moment, or leave things open. */
    static CheckedTalk bad(Random random, String mark) {
        String value = "select '" + mark + "'";
        return switch (random.nextInt(12)) {
            case 0 -> plain(unnamed(value));
            case 1 -> plain(unnamed(value), Wire.flush(), unnamed(value), Wire.sync());
            case 2 -> plain(Wire.query("begin"), Wire.query(value));
            case 3 -> plain(Wire.query("begin"), Wire.query("select 1/0"), Wire.query(value));
            case 4 ->
                    plain(
                            Wire.query(
                                    "select repeat('"
                                            + mark
                                            + "', 1000) from generate_series(1, 5000)"));
            case 5 ->
                    plain(
                            Wire.query("begin; copy marks from stdin"),
                            Wire.copyData(
                                    (mark + "\n").repeat(1_000).getBytes(StandardCharsets.UTF_8)));
            case 6 ->
                    plain(
                            Wire.query("copy marks from stdin"),
                            Wire.copyData("too\tmany\tcolumns\n".getBytes(StandardCharsets.UTF_8)),
                            Wire.copyDone());
            case 7 -> plain(Wire.query("select pg_sleep(0.02), '" + mark + "'"));
            case 8 ->
                    plain(Wire.query("set statement_timeout = '1234567'; set datestyle = german"));
            case 9 -> plain(Wire.parse("same", "select '" + mark + "'"), Wire.sync());
            case 10 ->
                    plain(
                            Wire.parse("", "copy marks from stdin"),
                            Wire.bind("", ""),
                            Wire.execute("", 0),
                            Wire.sync(),
                            Wire.copyData((mark + "\n").getBytes(StandardCharsets.UTF_8)),
                            Wire.copyFail("no"),
                            Wire.sync());
            default -> plain(Wire.query("/*" + "x".repeat(200_000) + "*/ " + value));
        };
    }

    private static CheckedTalk plain(byte[]... messages) {
        return new CheckedTalk(0, List.of(), messages);
    }

    private static byte[] unnamed(String sql) {
        return Wire.concat(Wire.parse("", sql), Wire.bind("", ""), Wire.execute("", 0));
    }
}
