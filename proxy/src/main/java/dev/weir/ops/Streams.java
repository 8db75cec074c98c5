package dev.weir.ops;

import dev.weir.admin.Access;
import dev.weir.config.Settings;
import dev.weir.log.Json;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.observe.Control;
import dev.weir.watch.Picture;
import dev.weir.watch.Watch;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The readers that get every picture, as server-sent events. Thread-safe. */
final class Streams implements Watch.Audience {
    private final Control control;
    private final Watch watch;
    private final LimitMeters meters;
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();

    private record Reader(Visitor visitor, EventStream stream) {}

    Streams(Control control, Watch watch, LimitMeters meters) {
        this.control = control;
        this.watch = watch;
        this.meters = meters;
    }

    /** {@code GET /api/events}. */
    Answer open(Visitor visitor) {
        if (control.isShuttingDown()) {
            return Answer.error(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "the process is shutting down",
                    "another process");
        }
        return Answer.events(stream -> begin(visitor, stream));
    }

    private Runnable begin(Visitor visitor, EventStream stream) {
        int max = control.config().get(Settings.MAX_EVENT_STREAMS);
        if (!meters.enters(Limit.EVENT_STREAMS, max)) {
            stream.end(
                    end(
                            Settings.MAX_EVENT_STREAMS.name()
                                    + ": "
                                    + max
                                    + " pages are open already"));
            return () -> {};
        }
        var reader = new Reader(visitor, stream);
        readers.add(reader);
        Picture latest = watch.latest();
        if (latest != null) {
            stream.send(event(latest));
        }
        return () -> {
            readers.remove(reader);
            meters.leaves(Limit.EVENT_STREAMS);
        };
    }

    @Override
    public boolean isThere() {
        return !readers.isEmpty();
    }

    /** Sends it to all; those that have lost access, or whose stream ends, are told so. */
    @Override
    public void see(Picture picture) {
        if (readers.isEmpty()) {
            return;
        }
        byte[] event = event(picture);
        boolean isOver = control.isShuttingDown();
        for (Reader reader : readers) {
            boolean mayLook = reader.visitor.now().get() != Access.NONE;
            EventStream stream = reader.stream;
            stream.loop()
                    .execute(() -> {
                        if (isOver) {
                            stream.send(event);
                            stream.end(end("the process is shutting down"));
                        } else if (mayLook) {
                            stream.send(event);
                        } else {
                            stream.end(end("not allowed: user \"" + reader.visitor.name() + "\""));
                        }
                    });
        }
    }

    private static byte[] event(Picture picture) {
        return EventStream.event("picture", PictureJson.of(picture).toString());
    }

    private static byte[] end(String why) {
        return EventStream.event("end", Json.object().put("why", why).toString());
    }
}
