package dev.weir.session;

import static dev.weir.pgkit.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/**
 * Says the same things to PostgreSQL and to Weir, in one write and cut in two at every place, and
 * compares what a client hears. A stranger, who uses the same texts before and after, must not
 * notice anything.
 */
final class StatementWalk {
    private static final String END = "the end of the walk";

    private final Collection<Rig> rigs;
    private final List<String> texts;

    /**
     * Walks through these Weirs.
     *
     * @param texts what the stranger runs
     */
    StatementWalk(Collection<Rig> rigs, List<String> texts) {
        this.rigs = rigs;
        this.texts = texts;
    }

    /** One message, and what to call it. */
    static final class Step {
        private final String name;
        private final byte[] bytes;

        private Step(String name, byte[] bytes) {
            this.name = name;
            this.bytes = bytes;
        }

        static Step parse(String statement, String sql) {
            return new Step("P " + statement + " | " + sql, Wire.parse(statement, sql));
        }

        /** Binds and executes. */
        static Step run(String statement) {
            return new Step(
                    "BE " + statement, concat(Wire.bind("", statement), Wire.execute("", 0)));
        }

        static Step describe(String statement) {
            return new Step("D " + statement, Wire.describeStatement(statement));
        }

        static Step close(String statement) {
            return new Step("C " + statement, Wire.closeStatement(statement));
        }

        static Step query(String sql) {
            return new Step("Q " + sql, Wire.query(sql));
        }

        /** Ends the batch before it: behind a Query within one PostgreSQL itself loses its way. */
        static Step command(String sql) {
            return new Step("S Q " + sql, concat(Wire.sync(), Wire.query(sql)));
        }

        /** Runs a text as the unnamed statement. */
        static Step extended(String sql) {
            return new Step(
                    "PBE " + sql,
                    concat(Wire.parse("", sql), Wire.bind("", ""), Wire.execute("", 0)));
        }

        static Step sync() {
            return new Step("S", Wire.sync());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Walks one way, with every cut. */
    void compare(Step... steps) {
        List<Step> all = List.of(steps);
        for (Rig weir : rigs) {
            List<String> expected = direct(weir, all);
            for (int cut = all.size(); cut >= 0; cut--) {
                hold(weir, all, cut, expected);
            }
        }
    }

    /** Walks at random: {@code walks} ways of {@code length} steps each, cut at one place. */
    void wander(long seed, int walks, int length, List<Step> steps) {
        var random = new Random(seed);
        for (int walk = 0; walk < walks; walk++) {
            List<Step> way = new ArrayList<>();
            while (way.size() < length) {
                way.add(steps.get(random.nextInt(steps.size())));
            }
            for (Rig weir : rigs) {
                List<String> expected = direct(weir, way);
                hold(weir, way, way.size(), expected);
                hold(weir, way, random.nextInt(way.size()), expected);
            }
        }
    }

    private void hold(Rig weir, List<Step> steps, int cut, List<String> expected) {
        WireClient stranger = weir.client();
        texts.forEach(text -> assertThat(run(stranger, text)).contains("Z I"));
        WireClient client = weir.client();
        List<String> heard = say(client, steps, cut);
        client.close();
        assertThat(heard).as("%s, cut at %d, through %s", steps, cut, weir).isEqualTo(expected);
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        WireClient oracle = weir.direct();
        for (String text : texts) {
            before.addAll(run(oracle, text));
            after.addAll(run(stranger, text));
        }
        assertThat(after).as("the stranger after %s", steps).isEqualTo(before);
        stranger.close();
        oracle.close();
    }

    private static List<String> direct(Rig weir, List<Step> steps) {
        WireClient client = weir.direct();
        List<String> heard = say(client, steps, steps.size());
        client.close();
        return heard;
    }

    /** Prepares a text under a name of its own if it is new to this client, and runs it. */
    private static List<String> run(WireClient client, String text) {
        String name = "stranger " + text.hashCode();
        client.send(
                Wire.closeStatement(name),
                Wire.parse(name, text),
                Wire.bind("", name),
                Wire.execute("", 0),
                Wire.sync());
        return client.summaries();
    }

    private static List<String> say(WireClient client, List<Step> steps, int cut) {
        if (cut > 0) {
            client.send(bytes(steps.subList(0, cut)));
        }
        client.send(
                bytes(steps.subList(cut, steps.size())),
                Wire.sync(),
                Wire.query("rollback"),
                Wire.query("select '" + END + "'"));
        List<String> heard = new ArrayList<>();
        boolean ends = false;
        while (true) {
            Message message = client.read();
            if (message.tag() != 'S') {
                heard.add(message.summary());
            }
            ends |= message.tag() == 'D' && message.summary().endsWith(END);
            if (ends && message.tag() == 'Z') {
                return heard;
            }
        }
    }

    private static byte[] bytes(List<Step> steps) {
        return concat(steps.stream().map(step -> step.bytes).toArray(byte[][]::new));
    }
}
