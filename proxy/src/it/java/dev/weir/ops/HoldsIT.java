package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients are held by HTTP, as the script of one who moves a primary does it. */
@NullMarked
final class HoldsIT {
    private final int port = Http.freePort();
    private final Http http = Http.at(port);
    private final Rig rig;

    HoldsIT(@TempDir Path directory) throws IOException {
        rig = ConsoleUsers.rig(directory, "ops_port = " + port);
    }

    @AfterEach
    void close() {
        http.close();
        rig.close();
    }

    private HttpResponse<String> posts(String path) {
        return http.send(asks("boss", path).header("x-weir-command", "1"));
    }

    private HttpRequest.Builder asks(String user, String path) {
        return http.to(path)
                .header("authorization", Http.basic(user, user.substring(0, 1)))
                .POST(HttpRequest.BodyPublishers.noBody());
    }

    @Test
    void answersOnceNothingRuns() {
        try (WireClient client = rig.client();
                WireClient next = rig.client()) {
            client.query("begin");
            HttpResponse<String> busy = posts("/hold?database=app&wait=0");
            assertThat(busy.statusCode()).isEqualTo(202);
            assertThat(busy.body()).isEqualTo("{\"command\":\"HOLD\",\"at_rest\":false}\n");
            next.send(Wire.query("select 'held'"));
            assertThat(client.query("commit")).extracting(Message::summary).contains("C COMMIT");

            HttpResponse<String> idle = posts("/hold?database=app&wait=20");
            assertThat(idle.statusCode()).isEqualTo(200);
            assertThat(idle.body()).isEqualTo("{\"command\":\"HOLD\",\"at_rest\":true}\n");
            await().until(() ->
                    http.get("/api/show/pools", "looker", "l").body().contains("\"cl_waiting\":1"));

            assertThat(posts("/release?database=app").body())
                    .isEqualTo("{\"command\":\"RELEASE\",\"notices\":[]}\n");
            assertThat(next.readUntilReady()).extracting(Message::summary).contains("D held");
            HttpResponse<String> again = posts("/release?database=app");
            assertThat(again.statusCode()).isEqualTo(400);
            assertThat(again.body()).contains("app");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/hold, no database",
        "/hold?database=, no database",
        "/hold?database=app&database=b, no database",
        "/hold?database=nothing, nothing",
        "/hold?database=app&wait=-1, wait",
        "/hold?database=app&wait=soon, wait",
        "/hold?database=app&grace=1, no such parameter: grace",
        "/release?database=app&wait=1, no such parameter: wait",
        "/hold?database=app%22%3B+KILL+%22app, KILL"
    })
    void refusesWhatItDoesNotUnderstand(String path, String why) {
        HttpResponse<String> answer = posts(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains(why);
        goesOn();
    }

    @Test
    void isForAdministratorsWhoMeanIt() {
        String path = "/hold?database=app";
        assertThat(http.send(asks("boss", path)).statusCode()).as("no guard").isEqualTo(403);
        assertThat(
                        http.send(
                                        asks("boss", path)
                                                .header("x-weir-command", "1")
                                                .header("origin", "http://elsewhere"))
                                .statusCode())
                .isEqualTo(403);
        assertThat(http.send(asks("looker", path).header("x-weir-command", "1")).statusCode())
                .isEqualTo(403);
        assertThat(http.send(asks("boss", path).GET()).statusCode()).isEqualTo(405);
        goesOn();
    }

    private void goesOn() {
        try (WireClient client = rig.client()) {
            assertThat(client.query("select 'on'")).extracting(Message::summary).contains("D on");
        }
    }
}
