package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.backend.ServerConnection;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.error.Refusal;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Gate.Cause;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolRig;
import dev.weir.pool.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Logins that ask for secrets, over a pool whose servers are scripted. */
@NullMarked
final class AuthQuestionsTest {
    private static final String ENTRY = "app = host=10.0.0.1";
    private static final String[] SETTINGS = {
        "auth_user = asker",
        "auth_query = select $1",
        "auth_query_pool_size = 2",
        "auth_query_timeout = 5",
        "max_db_connections = 1"
    };

    private final PoolRig rig = PoolRig.with(ENTRY, SETTINGS);
    private final Users users = users();
    private final List<String> answers = new ArrayList<>();

    private static Config config() {
        return PoolRig.config(ENTRY, SETTINGS);
    }

    private Users users() {
        try {
            Users all = Users.load(config());
            all.start(rig.pools());
            return all;
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private void asks(String user) {
        users.find(
                user,
                Objects.requireNonNull(config().database("app")),
                rig.loops().getFirst(),
                account -> answers.add(account.getClass().getSimpleName() + " " + account.user()));
        rig.run();
    }

    private void answer(ScriptedServer server, String... columns) {
        server.answers(columns);
        rig.run();
    }

    private ClientPool pool() {
        return rig.pools().of("app").getFirst();
    }

    @Test
    void asksOnAConnectionThatKnowsNothingOfTheClient() {
        asks("bob");
        var attempt = rig.opener().next();
        assertThat(attempt.target().user()).isEqualTo("asker");
        assertThat(attempt.target().parameters())
                .containsEntry("application_name", "weir auth_query")
                .containsEntry("search_path", "pg_catalog, \"$user\", public, pg_temp");
        ScriptedServer server = attempt.succeeds();
        assertThat(server.received()).isEqualTo("PBES");
        answer(server, "bob", "secret");
        assertThat(answers).containsExactly("Known bob");
    }

    /** Strangers may name any database where there is an entry for all. */
    @Test
    void keepsNothingOfADatabaseOnceItsQuestionsAreAnswered() {
        AuthQuery query = Objects.requireNonNull(users.authQuery());
        asks("bob");
        assertThat(query.size()).isOne();
        ScriptedServer server = rig.open();
        answer(server, "bob", "secret");
        assertThat(query.size()).isZero();
        asks("amy");
        answer(server, "amy", "secret");
        assertThat(answers).containsExactly("Known bob", "Known amy");
        assertThat(query.size()).isZero();
    }

    @Test
    void aUserThatIsNotFoundIsUnknown() {
        asks("bob");
        answer(rig.open());
        assertThat(answers).containsExactly("Unknown bob");
    }

    @Test
    void usesItsConnectionsAgainAndShowsThemToNobody() {
        asks("bob");
        ScriptedServer server = rig.open();
        answer(server, "bob", "secret");
        asks("amy");
        answer(server, "amy", "secret");
        assertThat(answers).containsExactly("Known bob", "Known amy");
        assertThat(rig.pools().all()).isEmpty();
        assertThat(rig.pools().of("app")).hasSize(1);
    }

    @Test
    void loginsThatComeBeforeTheQuestionIsSentShareIt() {
        asks("bob");
        asks("bob");
        ScriptedServer server = rig.open();
        assertThat(server.received()).isEqualTo("PBES");
        answer(server, "bob", "secret");
        assertThat(answers).containsExactly("Known bob", "Known bob");
    }

    @Test
    void aLoginThatComesLaterGetsAYoungerAnswer() {
        asks("bob");
        ScriptedServer server = rig.open();
        asks("bob");
        asks("bob");
        assertThat(server.received()).as("one question at a time").isEqualTo("PBES");
        answer(server, "bob", "old");
        assertThat(answers).hasSize(1);
        assertThat(server.received()).isEqualTo("PBES");
        answer(server, "bob", "new");
        assertThat(answers).hasSize(3);
    }

    @Test
    void theQuestionsOfDifferentUsersGoAtTheSameTimeWithinThePool() {
        asks("a");
        asks("b");
        asks("c");
        assertThat(rig.opener().pending()).isEqualTo(2);
        ScriptedServer one = rig.open();
        rig.open();
        answer(one, "a", "x");
        assertThat(one.received()).as("a's and c's").isEqualTo("PBESPBES");
    }

    @Test
    void aQuestionWhoseConnectionIsLostIsAskedOnceMore() {
        asks("bob");
        rig.open().vanishes();
        rig.run();
        assertThat(answers).isEmpty();
        rig.open().vanishes();
        rig.run();
        assertThat(answers).containsExactly("Unavailable bob");
    }

    @Test
    void aRefusedQueryIsToldAndTheConnectionUsedAgain() {
        asks("bob");
        ScriptedServer server = rig.open();
        server.fails();
        rig.run();
        assertThat(answers).containsExactly("Unavailable bob");
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void anAnswerThatIsNoneIsTold() {
        asks("bob");
        answer(rig.open(), "eve", "secret");
        assertThat(answers).containsExactly("Unavailable bob");
    }

    @Test
    void whoAsksWaitsForAServerThatIsAway() {
        asks("bob");
        rig.opener().next().isUnreachable();
        rig.run();
        asks("amy");
        for (int i = 0; i < 10; i++) { // longer than auth_query_timeout
            rig.pass(1_500);
            assertThat(rig.opener().pending()).as("tried again").isEqualTo(1);
            rig.opener().next().isUnreachable();
        }
        assertThat(answers).isEmpty();
        rig.pass(1_500);
        ScriptedServer server = rig.open();
        answer(server, "bob", "secret");
        answer(server, "amy", "secret");
        assertThat(answers).containsExactly("Known bob", "Known amy");
    }

    @Test
    void whoAsksIsToldThatTheServerRefusesTheLogin() {
        asks("bob");
        rig.opener().next().isRefused();
        rig.run();
        asks("amy");
        assertThat(answers).containsExactly("Unavailable bob", "Unavailable amy");
    }

    @Test
    void anAnswerThatDoesNotComeInTimeEndsItsConnection() {
        asks("bob");
        ScriptedServer server = rig.open();
        rig.pass(5_100);
        assertThat(answers).containsExactly("Unavailable bob");
        assertThat(server.isLeft()).isTrue();
        assertThat(rig.cancels()).isEqualTo(1);
    }

    @Test
    void whoAsksBehindAClosedGateWaits() {
        rig.pools().gates().close("app", Cause.PAUSE);
        asks("bob");
        rig.pass(20_000);
        assertThat(answers).isEmpty();
        assertThat(rig.opener().pending()).isZero();
        rig.pools().gates().open("app", Cause.PAUSE);
        answer(rig.open(), "bob", "secret");
        assertThat(answers).containsExactly("Known bob");
    }

    /** A connection for a client may need the answer before it is open. */
    @Test
    void limitsThatSpanPoolsCountButDoNotStopIt() {
        var holder = new Silent();
        ClientShard shard = Objects.requireNonNull(rig.pools().enter("app", "bob"));
        shard.lease(holder);
        rig.open();
        asks("bob");
        answer(rig.open(), "bob", "secret");
        assertThat(answers).containsExactly("Known bob");
        Objects.requireNonNull(holder.lease).discard("test");
        rig.closeLeft();
        shard.lease(holder);
        rig.run();
        assertThat(rig.opener().pending()).as("its place is taken").isZero();
        rig.closeLeft();
        assertThat(rig.opener().pending()).as("it gives way").isEqualTo(1);
    }

    /** A client that has what it is given. */
    private static final class Silent implements Waiter {
        private @Nullable Lease lease;

        @Override
        public boolean accepts(ServerConnection connection) {
            return true;
        }

        @Override
        public void leased(Lease granted) {
            lease = granted;
        }

        @Override
        public void refused(Refusal why) {}
    }

    @Test
    void thePoolIsForgottenOnceNobodyAsks() {
        asks("bob");
        ScriptedServer server = rig.open();
        answer(server, "bob", "secret");
        assertThat(pool().clients()).isZero();
        asks("amy");
        assertThat(pool().clients()).isEqualTo(1);
    }

    @Test
    void aDatabaseThatIsTakenAwayIsAskedNoMore() throws ConfigException {
        asks("bob");
        users.prepare(PoolRig.config("other = host=10.0.0.1", SETTINGS)).run();
        rig.run();
        assertThat(answers).containsExactly("Unavailable bob");
    }
}
