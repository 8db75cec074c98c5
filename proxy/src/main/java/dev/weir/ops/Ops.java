package dev.weir.ops;

import dev.weir.admin.Access;
import dev.weir.admin.ConsoleService;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.login.HttpLogin;
import dev.weir.net.Clock;
import dev.weir.net.Loops;
import dev.weir.observe.Control;
import dev.weir.observe.Snapshots;
import dev.weir.tls.Tls;
import dev.weir.watch.Watch;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Creates the operations port with all its endpoints.
 *
 * @param loops those of clients and servers
 * @param login lets users of the console in
 * @param sheets the metrics
 * @param check returns the findings of {@code weir check}, as JSON
 */
public record Ops(
        Control control,
        Loops loops,
        Snapshots snapshots,
        ConsoleService console,
        HttpLogin login,
        Tls tls,
        Sheets sheets,
        Callable<String> check,
        Clock clock) {

    /** Whether {@code config} has such a port. */
    public static boolean isOn(Config config) {
        return config.get(Settings.OPS_PORT) > 0;
    }

    /**
     * Opens the port, after everything else has started.
     *
     * @param takesOver whether to wait while another process still has the port
     * @throws IOException if it cannot listen; names the address and the reason
     */
    public OpsPort open(boolean takesOver) throws IOException {
        var metrics = new MetricsPage(sheets);
        var watch = new Watch(control, snapshots, console::clients, clock, OpsPort.THREADS);
        var streams = new Streams(control, watch, snapshots.meters());
        var door = new Door(control, login);
        Routes routes = routes(metrics, door);
        new WebConsole(control, watch.history(), streams, check).addTo(routes, door);
        OpsPort port = OpsPort.open(control.config(), loops.transport(), tls, routes, takesOver);
        watch.start(port.loop(), streams);
        return port;
    }

    private Routes routes(MetricsPage metrics, Door door) {
        var health = new Health(loops, new Readiness(control, snapshots));
        var api = new Api(console);
        var holds = new Holds(console);
        Endpoint guarded = door.guard(Access.STATS, (asked, _) -> metrics.answer(asked));
        return new Routes()
                .add(HttpMethod.GET, "/livez", health::live)
                .add(HttpMethod.GET, "/readyz", health::ready)
                .add(HttpMethod.GET, "/startupz", Endpoint.now(Health::started))
                .add(
                        HttpMethod.GET,
                        "/metrics",
                        asked ->
                                control.config().get(Settings.METRICS_AUTH)
                                        ? guarded.answer(asked)
                                        : metrics.answer(asked))
                .add(
                        HttpMethod.GET,
                        "/api/show",
                        door.guard(Access.STATS, (_, _) -> done(Api.topics())))
                .add(HttpMethod.GET, Api.SHOW, door.guard(Access.STATS, api::show))
                .add(HttpMethod.POST, Api.COMMAND, door.guard(Access.STATS, api::command))
                .add(HttpMethod.POST, Holds.HOLD, door.guard(Access.ADMIN, holds::hold))
                .add(HttpMethod.POST, Holds.RELEASE, door.guard(Access.ADMIN, holds::release));
    }

    private static CompletableFuture<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
