package dev.weir.ops;

import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.log.Json;
import dev.weir.metrics.Metric;
import dev.weir.observe.NodeSnapshot;
import dev.weir.session.ClientSnapshot;
import dev.weir.session.PinReason;
import dev.weir.watch.Curve;
import dev.weir.watch.Finding;
import dev.weir.watch.History;
import dev.weir.watch.Owner;
import dev.weir.watch.Picture;
import dev.weir.watch.PoolLine;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The data of the web console, in JSON. */
final class PictureJson {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Curve[] CURVES = Curve.values();

    private PictureJson() {}

    static Json of(Picture picture) {
        Json findings = Json.array();
        picture.findings().forEach(one -> findings.add(finding(one)));
        Json figures = Json.array();
        picture.figures().forEach((owner, values) -> figures.add(figures(owner, values)));
        Json pools = Json.array();
        picture.pools().forEach(pool -> pools.add(pool(pool)));
        Json nodes = Json.array();
        picture.nodes().forEach(node -> nodes.add(node(node)));
        return Json.object()
                .put("at", picture.atMillis())
                .put("findings", findings)
                .put("figures", figures)
                .put("pools", pools)
                .put("pools_left", picture.poolsLeft())
                .put("nodes", nodes);
    }

    private static Json finding(Finding one) {
        return Json.object()
                .put("severity", one.severity().name().toLowerCase(Locale.ROOT))
                .put("what", one.what())
                .put("remedy", one.remedy())
                .put("command", one.command().isEmpty() ? null : one.command())
                .put("screen", one.screen().name().toLowerCase(Locale.ROOT));
    }

    @SuppressWarnings("EnumOrdinal") // as Picture says
    private static Json figures(Owner owner, float[] values) {
        Json json = Json.object().put("database", owner.database());
        json.put("node", owner.isNode() ? owner.node() : null);
        for (Curve curve : CURVES) {
            if (curve.isOfNodes() == owner.isNode()) {
                json.putNumber(curve.word(), shown(values[curve.ordinal()]));
            }
        }
        return json;
    }

    private static Json pool(PoolLine pool) {
        Json holders = Json.array();
        pool.holders().forEach(one -> holders.add(holder(one)));
        return Json.object()
                .put("database", pool.key().database())
                .put("user", pool.key().user())
                .put("clients", pool.clients())
                .put("waiting", pool.waiting())
                .put("oldest_wait_ms", pool.oldestWaitNanos() / NANOS_PER_MILLI)
                .put("active", pool.active())
                .put("servers", pool.readings().servers())
                .put("opening", pool.readings().get(Metric.SERVERS_OPENING))
                .put("size", pool.size())
                .put("holders", holders);
    }

    private static Json holder(ClientSnapshot one) {
        Json pins = Json.array();
        one.pins().stream().map(PinReason::name).forEach(pins::add);
        ClientSnapshot.Times times = one.times();
        return Json.object()
                .put("id", one.id())
                .put("application", one.applicationName())
                .put("user", one.user())
                .put("query_ms", times.queryNanos() / NANOS_PER_MILLI)
                .put("transaction_ms", times.transactionNanos() / NANOS_PER_MILLI)
                .put("pins", pins);
    }

    private static Json node(NodeSnapshot one) {
        NodeReport report = one.report();
        Node node = report.node();
        boolean isUp = report.error().isEmpty();
        return Json.object()
                .put("database", one.database())
                .put("node", node.name())
                .put("role", role(report))
                .put("state", !isUp ? "down" : isServing(node) ? "up" : "out");
    }

    private static boolean isServing(Node node) {
        return node.isPrimary() || node.isEligible();
    }

    private static String role(NodeReport report) {
        if (!report.isKnown()) {
            return "unknown";
        }
        return report.node().isPrimary() ? "primary" : "replica";
    }

    /** The last hour of a database and its nodes. */
    static Json history(List<History.Extract> extracts) {
        Json all = Json.array();
        for (History.Extract one : extracts) {
            Json moments = Json.array();
            for (long moment : one.moments()) {
                moments.addNumber(Long.toString(moment));
            }
            Json curves = Json.object();
            for (Map.Entry<Curve, float[]> curve : one.curves().entrySet()) {
                curves.put(curve.getKey().word(), numbers(curve.getValue()));
            }
            all.add(
                    Json.object()
                            .put("database", one.owner().database())
                            .put("node", one.owner().isNode() ? one.owner().node() : null)
                            .put("moments", moments)
                            .put("curves", curves));
        }
        return Json.object().put("history", all);
    }

    private static Json numbers(float[] values) {
        Json json = Json.array();
        for (float value : values) {
            json.addNumber(shown(value));
        }
        return json;
    }

    /** With three decimal places; null if the value is unknown. */
    static String shown(float value) {
        if (!Float.isFinite(value)) {
            return "null";
        }
        long thousandths = Math.round(value * 1_000.0);
        return thousandths % 1_000 == 0
                ? Long.toString(thousandths / 1_000)
                : Double.toString(thousandths / 1_000.0);
    }
}
