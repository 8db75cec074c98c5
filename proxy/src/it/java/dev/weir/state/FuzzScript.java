package dev.weir.state;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What two clients say in turn, by one seed: alone, in batches, pipelined, in any order. */
final class FuzzScript {
    private static final int TURNS = 24;
    private static final int SET_CONFIG = 2078;
    private static final String DESCRIBE = "describe ";

    private static final List<String> NAMES =
            List.of("app.tenant", "my.x", "request.claims", "work_mem", "datestyle", "timezone");

    private final long seed;
    private final boolean pins;
    private final Random random;
    private final List<Said> lines = new ArrayList<>();

    /**
     * What goes out in one write.
     *
     * @param answers how often a server says ReadyForQuery to it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Said(int who, byte[] bytes, int answers, String shown) {
        boolean describes() {
            return shown.contains(DESCRIBE);
        }

        Said and(Said next) {
            return new Said(
                    who,
                    Wire.concat(bytes, next.bytes),
                    answers + next.answers,
                    shown + " | " + next.shown);
        }
    }

    /**
     * @param pins whether the first client may do what ties it to its connection
     */
    FuzzScript(long seed, boolean pins) {
        this.seed = seed;
        this.pins = pins;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        lines.add(query(0, FuzzTexts.FRESH_TABLE));
        for (int i = 0; i < TURNS; i++) {
            lines.add(line(0));
            lines.add(line(1));
        }
    }

    private Said line(int who) {
        Said said = one(who);
        while (random.nextInt(5) == 0) { // pipelined
            said = said.and(one(who));
        }
        return said;
    }

    private Said one(int who) {
        return switch (random.nextInt(15)) {
            case 0, 1, 2 -> query(who, sql(who));
            case 3 -> query(who, sql(who) + "; " + sql(who));
            case 4, 5, 6 -> batch(who, unnamed(sql(who)));
            case 7 -> batch(who, Stream.generate(() -> unnamed(sql(who))).limit(2).toList());
            case 8 -> batch(who, unnamed(sql(who)), named(sql(who)), unnamed(sql(who)));
            case 9 -> batch(who, random.nextBoolean() ? again(name()) : named(sql(who)));
            case 10 -> batch(who, bound());
            case 11 -> batch(who, prepared());
            case 12 -> batch(who, piecemeal(), unnamed(sql(who)));
            case 13 -> batch(who, described(), random.nextBoolean() ? again(name()) : closed());
            default -> random.nextBoolean() ? batch(who, bound(), unnamed(sql(who))) : call(who);
        };
    }

    private static Said query(int who, String sql) {
        return new Said(who, Wire.query(sql), 1, "Q " + sql);
    }

    private static Said batch(int who, Part... parts) {
        return batch(who, List.of(parts));
    }

    private static Said batch(int who, List<Part> parts) {
        byte[] all = new byte[0];
        var shown = new StringBuilder("X");
        for (Part part : parts) {
            all = Wire.concat(all, part.bytes);
            shown.append(' ').append(part.shown).append(';');
        }
        return new Said(who, Wire.concat(all, Wire.sync()), 1, shown.toString());
    }

    /**
     * PostgreSQL crashes where EXECUTE runs the first ones outside a block, made by Parse, and
     * where a FETCH is described whose cursor is gone; a statement that executes itself has no end;
     * the others differ, see docs/pool-modes.md and docs/prepared-statements.md.
     */
    private static final Pattern UNNAMED_ONLY =
            Pattern.compile(
                    "savepoint|release|rollback to|fetch|execute s|discard all|.*::date|.* = null");

    /**
     * A statement whose columns are not what they were: PostgreSQL describes the parameters first
     * (docs/prepared-statements.md).
     */
    private static final String CHANGED = " / E 0A000 cached plan must not change result type";

    private static final String CHANGED_DESCRIBED = " / t" + CHANGED;

    /** What is parsed again may be refused earlier than when it runs. */
    private static final Pattern BEFORE_DENIED = Pattern.compile("( / [12nt])+(?= / E 42501)");

    /** Messages of a batch, less its Sync. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Part(byte[] bytes, String shown) {}

    private static Part unnamed(String sql) {
        return new Part(
                Wire.concat(
                        Wire.parse("", sql),
                        Wire.bind("", ""),
                        Wire.describePortal(""),
                        Wire.execute("", 0)),
                sql);
    }

    private Part named(String sql) {
        if (UNNAMED_ONLY.matcher(sql).lookingAt()) {
            return unnamed(sql);
        }
        String name = name();
        return new Part(
                Wire.concat(
                        Wire.closeStatement(name),
                        Wire.parse(name, sql),
                        Wire.bind("", name),
                        Wire.execute("", 0)),
                name + " = " + sql);
    }

    private static Part again(String name) {
        return new Part(Wire.concat(Wire.bind("", name), Wire.execute("", 0)), name);
    }

    /** Only parsed: it is bound in a later batch, perhaps on another connection. */
    private Part prepared() {
        String name = name();
        String sql = FuzzTexts.REPEATED.get(random.nextInt(FuzzTexts.REPEATED.size()));
        return new Part(
                Wire.concat(
                        Wire.closeStatement(name),
                        Wire.parse(name, sql),
                        random.nextBoolean() ? Wire.describeStatement(name) : new byte[0]),
                name + " := " + sql);
    }

    private Part described() {
        String name = name();
        return new Part(Wire.describeStatement(name), DESCRIBE + name);
    }

    private Part closed() {
        String name = name();
        return new Part(Wire.closeStatement(name), "close " + name);
    }

    /** A portal that is read in pieces, with a Flush between them. */
    private Part piecemeal() {
        String portal = random.nextBoolean() ? "" : "p";
        return new Part(
                Wire.concat(
                        Wire.parse("", "select generate_series(1, 3)"),
                        Wire.bind(portal, ""),
                        Wire.execute(portal, 1),
                        random.nextBoolean() ? Wire.flush() : new byte[0],
                        Wire.execute(portal, 0),
                        Wire.closePortal(portal)),
                "piecemeal '" + portal + "'");
    }

    private String name() {
        return random.nextBoolean() ? "s" : "t";
    }

    /** A setting whose name no text shows. */
    private Part bound() {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        String value = value(name);
        String local = random.nextInt(3) == 0 ? "t" : "f";
        boolean all = random.nextBoolean();
        return new Part(
                Wire.concat(
                        Wire.parse(
                                "",
                                all
                                        ? "select set_config($1, $2, $3)"
                                        : "select set_config('%s', $1, $2)".formatted(name)),
                        all
                                ? Wire.bind("", "", name, value, local)
                                : Wire.bind("", "", value, local),
                        Wire.execute("", 0)),
                "set_config(%s, %s, %s)%s".formatted(name, value, local, all ? " all bound" : ""));
    }

    private String value(String name) {
        return switch (name) {
            case "work_mem" -> random.nextBoolean() ? "3MB" : "6MB";
            case "datestyle" -> random.nextBoolean() ? "ISO, DMY" : "German";
            case "timezone" -> random.nextBoolean() ? "UTC" : "Asia/Tokyo";
            default -> random.nextBoolean() ? "F" : "G";
        };
    }

    private Said call(int who) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        String value = value(name);
        byte local = (byte) random.nextInt(2);
        return new Said(
                who,
                Wire.functionCall(SET_CONFIG, utf8(name), utf8(value), new byte[] {local}),
                1,
                "F set_config(%s, %s, %d)".formatted(name, value, local));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String sql(int who) {
        List<String> from;
        if (pins && who == 0 && random.nextInt(4) == 0) {
            from = FuzzTexts.TYING;
        } else if (random.nextInt(5) == 0) {
            boolean ties = pins && random.nextInt(5) == 0;
            from = ties ? FuzzTexts.HIDDEN_AND_TYING : FuzzTexts.HIDDEN;
        } else {
            from = FuzzTexts.FREE;
        }
        return from.get(random.nextInt(from.size()));
    }

    /** One of the two, and what it was told of its parameters. */
    private static final class Speaker {
        private final WireClient client;
        private final Map<String, String> parameters;
        private Map<String, String> shown;
        private char status = 'I';

        Speaker(WireClient client) {
            this.client = client;
            parameters = new TreeMap<>(client.parameters());
            shown = Map.copyOf(parameters);
        }

        /** What has changed since it was asked last: how often a server says so does not matter. */
        String changes() {
            var changes = new TreeMap<>(parameters);
            changes.entrySet().removeAll(shown.entrySet());
            shown = Map.copyOf(parameters);
            return changes.isEmpty() ? "" : " / " + changes;
        }
    }

    /** Says all of it; returns what was heard, line by line. */
    List<String> perform(Supplier<WireClient> door) {
        var heard = new ArrayList<String>();
        try (WireClient a = door.get();
                WireClient b = door.get()) {
            List<Speaker> speakers = List.of(new Speaker(a), new Speaker(b));
            for (Said line : lines) {
                if (speakers.get(1 - line.who).status != 'I') {
                    heard.add("skipped"); // the other may hold what this one needs
                } else if (speakers.get(line.who).status == 'E' && line.describes()) {
                    heard.add("skipped"); // see docs/prepared-statements.md
                } else {
                    heard.add(perform(line, speakers.get(line.who), heard));
                }
            }
            for (Speaker speaker : speakers) {
                if (speaker.status != 'I') { // one of them at most
                    speaker.client.query("rollback");
                }
            }
            speakers.forEach(speaker -> speaker.client.send(Wire.terminate()));
        }
        return heard;
    }

    private String perform(Said line, Speaker speaker, List<String> heard) {
        speaker.client.send(line.bytes);
        List<Message> answer;
        try {
            answer = speaker.client.readUntilReady(line.answers);
        } catch (UncheckedIOException e) {
            throw new AssertionError(
                    "seed %d, no answer to %s after %s"
                            .formatted(seed, line.shown, String.join("\n", heard)),
                    e);
        }
        speaker.status = answer.getLast().status();
        var text = new StringBuilder(line.who == 0 ? "a: " : "b: ").append(line.shown);
        var notified = new StringBuilder();
        for (Message message : answer) {
            switch (message.tag()) {
                case 'A' -> notified.append(' ').append(message.summary());
                case 'S' -> {
                    String[] status = message.summary().substring(2).split("=", 2);
                    speaker.parameters.put(status[0], status[1]);
                }
                default -> text.append(" / ").append(judged(message.summary()));
            }
        }
        String said = text.toString().replace(CHANGED_DESCRIBED, CHANGED);
        said = BEFORE_DENIED.matcher(said).replaceAll("");
        return said + notified + speaker.changes();
    }

    /**
     * The error without its text if it is one of rights: a statement that is parsed again may be
     * refused for the schema instead of the table (docs/prepared-statements.md).
     */
    private static String judged(String summary) {
        String denied = "E 42501";
        return summary.startsWith(denied) ? denied : summary;
    }

    @Override
    public String toString() {
        var text = new StringBuilder("seed " + seed + ":");
        lines.forEach(
                line -> text.append("\n").append(line.who == 0 ? "a: " : "b: ").append(line.shown));
        return text.toString();
    }
}
