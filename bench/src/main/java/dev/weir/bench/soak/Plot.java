package dev.weir.bench.soak;

import java.util.List;
import java.util.Locale;

/** Samples as a drawing: one panel for each value, below one another, over the same minutes. */
final class Plot {
    private static final int WIDTH = 760;
    private static final int PANEL = 96;
    private static final int LEFT = 150;
    private static final int TOP = 34;

    private static final List<String> TITLES =
            List.of(
                    "old generation (MB)",
                    "direct memory (MB)",
                    "RSS (MB)",
                    "descriptors",
                    "threads",
                    "transactions/s");

    private Plot() {}

    static String of(String title, List<Sampler.Sample> samples) {
        double end = samples.getLast().minutes();
        int height = TOP + PANEL * TITLES.size() + 24;
        var svg = new StringBuilder();
        svg.append(
                """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="10" y="20" font-size="14">%s</text>
                """
                        .formatted(WIDTH, height, title));
        for (int i = 0; i < TITLES.size(); i++) {
            panel(svg, i, samples, end);
        }
        for (int tick = 0; tick <= 4; tick++) {
            svg.append(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s min</text>%n"
                            .formatted(x(end * tick / 4, end), height - 8, round(end * tick / 4)));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, int at, List<Sampler.Sample> samples, double end) {
        double most =
                samples.stream().mapToDouble(s -> s.values().get(at)).max().orElse(1) * 1.1 + 1;
        int top = TOP + at * PANEL;
        int bottom = top + PANEL - 16;
        svg.append(
                """
                <text x="10" y="%d">%s</text>
                <text x="%d" y="%d" text-anchor="end" fill="#777">%s</text>
                <text x="%d" y="%d" text-anchor="end" fill="#777">0</text>
                <path d="M%d %dV%dH%d" fill="none" stroke="#bbb"/>
                """
                        .formatted(
                                top + 24,
                                TITLES.get(at),
                                LEFT - 6,
                                top + 10,
                                round(most),
                                LEFT - 6,
                                bottom,
                                LEFT,
                                top,
                                bottom,
                                WIDTH - 20));
        svg.append("<polyline fill=\"none\" stroke=\"#1f5f99\" points=\"");
        for (Sampler.Sample one : samples) {
            double y = bottom - (bottom - top) * one.values().get(at) / most;
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(one.minutes(), end), y));
        }
        svg.append("\"/>\n");
    }

    private static double x(double minutes, double end) {
        return LEFT + (WIDTH - 20 - LEFT) * minutes / end;
    }

    private static String round(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
    }

    /**
     * How fast a value grows by least squares, in its unit per hour.
     *
     * @param at which of {@link Sampler.Sample#values}
     */
    static double slope(List<Sampler.Sample> samples, int at) {
        double meanX = samples.stream().mapToDouble(Sampler.Sample::minutes).average().orElse(0);
        double meanY = samples.stream().mapToDouble(s -> s.values().get(at)).average().orElse(0);
        double above = 0;
        double below = 0;
        for (Sampler.Sample one : samples) {
            double x = one.minutes() - meanX;
            above += x * (one.values().get(at) - meanY);
            below += x * x;
        }
        return below == 0 ? 0 : 60 * above / below;
    }
}
