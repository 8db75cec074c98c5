package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A login step by step, with a client that only writes down what happens to it. */
@NullMarked
final class LoginTest {
    private static final byte[] MOON = "moon\0".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SUN = "sun\0".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path directory;

    /** Its event loop, whose time stands still; nothing is sent through it. */
    private final EmbeddedChannel clock = new EmbeddedChannel();

    private final List<String> events = new ArrayList<>();
    private final List<Runnable> whenClosed = new ArrayList<>();
    private final Queue<Runnable> workers = new ArrayDeque<>();
    private boolean hasRoom = true;

    /** Writes down what happens to it. */
    private final class Client implements Login.Client {
        private final String words;

        Client(String words) {
            this.words = words;
        }

        @Override
        public EventExecutor loop() {
            return clock.eventLoop();
        }

        @Override
        public TlsFacts tls() {
            return TestDoor.tls(words);
        }

        @Override
        public ByteBuf buffer() {
            return Unpooled.buffer();
        }

        @Override
        public void send(ByteBuf out) {
            events.add("sent " + tags(out));
        }

        @Override
        public void takeMessages() {
            events.add("may speak");
        }

        @Override
        public void whenClosed(Runnable task) {
            whenClosed.add(task);
        }

        @Override
        public void dismiss(Refusal why) {
            events.add("dismissed " + why.sqlState() + " " + why.text());
        }

        @Override
        public void enter(Service service, ClientHello hello, ByteBuf out) {
            events.add("entered " + service + " with " + tags(out));
        }

        @Override
        public void broken(RuntimeException why) {
            events.add("broken " + why.getMessage());
        }
    }

    private static String tags(ByteBuf out) {
        var tags = new StringBuilder();
        for (int p = out.readerIndex(); p < out.writerIndex(); p += 1 + out.getInt(p + 1)) {
            tags.append((char) out.getByte(p))
                    .append(out.getByte(p) == 'R' ? out.getInt(p + 5) : "");
        }
        out.release();
        return tags.toString();
    }

    // --- without a proof ----------------------------------------------------------------------

    @Test
    void whoNeedsNoProofEntersAtOnce() throws Exception {
        Login login = greet("auth_type = any", "tcp user=ann database=app");
        assertThat(events).isEmpty();
        clock.runPendingTasks();
        assertThat(events).containsExactly("entered service with R0", "may speak");
        assertThat(login.isDone()).isTrue();
    }

    @Test
    void theOwnerOfTheProcessEntersTheConsole() throws Exception {
        greet("auth_type = md5", "unix user=owner database=pgbouncer");
        assertThat(events).containsExactly("entered console with R0", "may speak");
        assertThat(whenClosed).isEmpty();
    }

    @Test
    void aNewerProtocolIsNegotiatedFirst() throws Exception {
        greet("auth_type = any", "tcp version=3.99 user=ann database=app");
        clock.runPendingTasks();
        assertThat(events).containsExactly("entered service with vR0", "may speak");
    }

    @Test
    void whoIsRefusedIsDismissedOnce() throws Exception {
        Login login = greet("", "tcp database=app");
        login.refuse(ProxyError.LOGIN_TIMEOUT.refusal());
        assertThat(events)
                .containsExactly(
                        "dismissed 28000 no PostgreSQL user name specified in startup packet");
        assertThat(login.hello()).isNull();
    }

    @Test
    void whoAsksForWhatNobodyServesHearsItAfterItsProof() throws Exception {
        greet("auth_type = any", "tcp user=ann database=none");
        clock.runPendingTasks();
        assertThat(events)
                .containsExactly("sent R0", "dismissed 3D000 no such database: none", "may speak");
    }

    // --- with one -----------------------------------------------------------------------------

    @Test
    void aPasswordIsCheckedByAWorker() throws Exception {
        Login login = greet("auth_type = plain", "tcp user=ann database=app");
        assertThat(login.awaitsPassword()).isFalse();
        clock.runPendingTasks();
        assertThat(events).containsExactly("sent R3", "may speak");
        assertThat(login.awaitsPassword()).isTrue();

        login.password(MOON);
        assertThat(login.awaitsPassword()).isFalse();
        work();
        assertThat(events)
                .containsExactly("sent R3", "may speak", "entered service with R0", "may speak");
    }

    @Test
    void aWrongPasswordIsToldLater() throws Exception {
        Login login = asked("auth_type = plain\nauth_failure_delay = 3");
        login.password(SUN);
        work();
        assertThat(events).containsExactly("may speak");
        clock.advanceTimeBy(2, TimeUnit.SECONDS);
        clock.runScheduledPendingTasks();
        assertThat(login.isDone()).isFalse();
        clock.advanceTimeBy(1, TimeUnit.SECONDS);
        clock.runScheduledPendingTasks();
        assertThat(events)
                .containsExactly(
                        "may speak",
                        "dismissed 28P01 password authentication failed for user \"ann\"");
    }

    @Test
    void whoseCertificateDoesNotFitIsToldLater() throws Exception {
        Login login =
                greet("auth_type = cert\nauth_failure_delay = 3", "tls user=ann database=app");
        assertThat(events).isEmpty();
        assertThat(login.awaitsStartup() || login.awaitsPassword()).isFalse();
        clock.advanceTimeBy(3, TimeUnit.SECONDS);
        clock.runScheduledPendingTasks();
        assertThat(events)
                .containsExactly(
                        "dismissed 28000 certificate authentication failed for user \"ann\"");
    }

    @Test
    void whoFindsNoWorkerIsDismissed() throws Exception {
        Login login = asked("auth_type = plain");
        hasRoom = false;
        login.password(MOON);
        assertThat(events).containsExactly("dismissed 53300 too many logins at once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "md5"})
    void anEmptyPasswordIsToldAtOnceWhoeverItIs(String type) throws Exception {
        for (String user : List.of("ann", "stranger")) {
            events.clear();
            Login login =
                    greet(
                            "auth_failure_delay = 5\nauth_type = " + type,
                            "tcp user=" + user + " database=app");
            clock.runPendingTasks();
            events.clear();
            try {
                login.password(new byte[1]);
                work();
            } catch (ProtocolViolation e) {
                login.refuse(Refusal.of(e)); // as who reads the messages does
            }
            assertThat(events).containsExactly("dismissed 28P01 empty password returned by client");
        }
    }

    @Test
    void aMessageThatIsNoneEndsTheLogin() throws Exception {
        Login login = asked("auth_type = plain");
        login.password(new byte[] {'x'});
        work();
        assertThat(events).containsExactly("dismissed 08P01 invalid password packet size");
    }

    // --- the end ------------------------------------------------------------------------------

    @Test
    void whoseTimeIsUpHearsNothingOfItsProof() throws Exception {
        Login login = asked("auth_type = plain");
        login.password(MOON);
        login.refuse(ProxyError.LOGIN_TIMEOUT.refusal());
        work();
        assertThat(events).containsExactly("dismissed 08P01 client_login_timeout");
    }

    @Test
    void whoseUserIsStillLookedUpHearsThatTheServerIsToBlame() throws Exception {
        Login login = greet("auth_type = plain", "tcp user=ann database=app");
        login.late();
        clock.runPendingTasks();
        assertThat(events).containsExactly("dismissed 08P01 client_login_timeout (server down)");
        login = asked("auth_type = plain");
        login.late();
        assertThat(events).containsExactly("dismissed 08P01 client_login_timeout");
    }

    @ParameterizedTest
    @CsvSource({
        "query_timeout = 2, query_timeout",
        "query_wait_timeout = 2, query_wait_timeout",
        "query_timeout = 2\\nquery_wait_timeout = 1, query_wait_timeout",
        "query_timeout = 2\\nquery_wait_timeout = 0, query_timeout"
    })
    void aLookupTakesNoLongerThanAQueryMayWait(String settings, String text) throws Exception {
        greet("auth_type = plain\n" + settings.replace("\\n", "\n"), "tcp user=ann database=app");
        clock.advanceTimeBy(3, TimeUnit.SECONDS);
        clock.runScheduledPendingTasks();
        clock.runPendingTasks();
        assertThat(events).singleElement().asString().endsWith(" " + text);
    }

    @Test
    void aLookupThatIsOverIsNotLimited() throws Exception {
        asked("auth_type = plain\nquery_timeout = 2\nclient_login_timeout = 60");
        clock.advanceTimeBy(3, TimeUnit.SECONDS);
        clock.runScheduledPendingTasks();
        assertThat(events).isEmpty();
    }

    @Test
    void whoLeavesWhileItsUserIsLookedUpIsForgotten() throws Exception {
        Login login = greet("auth_type = any", "tcp user=ann database=app");
        login.end();
        clock.runPendingTasks();
        assertThat(events).isEmpty();
    }

    @Test
    void itsPlaceIsFreeWhenItsConnectionIsClosed() throws Exception {
        Config config = config("auth_type = any\nmax_client_conn = 1");
        TestDoor door = door(config);
        greet(door, "tcp user=ann database=app");
        clock.runPendingTasks();
        assertThat(door.limits().clients()).isOne();
        events.clear();
        greet(door, "tcp user=ann database=app");
        assertThat(events)
                .containsExactly("dismissed 53300 no more connections allowed (max_client_conn)");
        whenClosed.forEach(Runnable::run);
        assertThat(door.limits().clients()).isZero();
    }

    // --- how ----------------------------------------------------------------------------------

    private Config config(String settings) throws Exception {
        Path users = Files.writeString(directory.resolve("users"), "\"ann\" \"moon\"\n");
        return TestDoor.config(
                "client_tls_sslmode = verify-ca\nauth_failure_delay = 0\nauth_file = %s\n%s"
                        .formatted(users, settings));
    }

    private TestDoor door(Config config) throws ConfigException {
        clock.freezeTime();
        return TestDoor.of(config, new Clock(clock.eventLoop().ticker(), InstantSource.system()));
    }

    private Login greet(String settings, String client) throws Exception {
        return greet(door(config(settings)), client);
    }

    private Login greet(TestDoor door, String client) {
        var login = new Login(door.admission(), this::submit, new Client(client), 7, 0);
        Origin origin = TestDoor.origin(client);
        login.greet(origin, TestDoor.startup(client));
        return login;
    }

    /** A login that waits for the password of ann. */
    private Login asked(String settings) throws Exception {
        Login login = greet(settings, "tcp user=ann database=app");
        clock.runPendingTasks();
        events.clear();
        return login;
    }

    private boolean submit(Proof.Place place, Runnable step) {
        assertThat(place).isNotEqualTo(Proof.Place.LOOP);
        return hasRoom && workers.add(step);
    }

    /** Lets the workers work, and tells the loop. */
    private void work() {
        while (!workers.isEmpty()) {
            workers.remove().run();
        }
        clock.runPendingTasks();
    }
}
