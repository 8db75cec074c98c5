package dev.weir.session;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.login.ClientLimits;
import dev.weir.login.ClientLimits.Place;
import dev.weir.login.Farewell;
import dev.weir.login.Service;
import dev.weir.login.Verdict;
import dev.weir.net.Move;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Pools;
import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Moves clients to the loop of their pool and creates their sessions. */
public final class SessionService implements Service, Reloadable {
    private final Pools pools;
    private final Sessions sessions;
    private final ClientLimits limits;
    private volatile Config config;

    public SessionService(Config config, Pools pools, Sessions sessions, ClientLimits limits) {
        this.config = config;
        this.pools = pools;
        this.sessions = sessions;
        this.limits = limits;
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> config = next;
    }

    @Override
    public boolean serves(String database) {
        return find(database) != null;
    }

    /** The name "replication", if not configured, stands for the only database there is. */
    private @Nullable Database find(String name) {
        Database database = config.database(name);
        if (database == null && name.equals("replication") && config.databases().size() == 1) {
            return config.databases().getFirst();
        }
        return database;
    }

    @Override
    public void enter(Channel channel, ClientHello hello, @Nullable ByteBuf early) {
        Database database = find(hello.database());
        if (database == null) {
            refuse(channel, hello, early, ProxyError.NO_SUCH_DATABASE, hello.database());
            return;
        }
        if (pools.isDisabled(database.name())) {
            refuse(channel, hello, early, ProxyError.DATABASE_DISABLED, database.name());
            return;
        }
        if (pools.gates().of(database.name()).letsGo()) {
            refuse(channel, hello, early, ProxyError.SERVER_SHUTTING_DOWN);
            return;
        }
        PoolSettings settings = config.poolSettings(database, hello.user());
        switch (limits.enter(database.name(), hello.user(), settings)) {
            case Verdict.Granted(Place place) -> {
                channel.closeFuture().addListener(_ -> place.leave());
                open(channel, hello, early, database);
            }
            case Verdict.Refused(Refusal why) -> Farewell.say(config, channel, hello, early, why);
        }
    }

    private void open(
            Channel channel, ClientHello hello, @Nullable ByteBuf early, Database database) {
        ClientShard shard = pools.enter(database.name(), hello.user());
        if (shard == null && config.database(database.name()) != null) {
            int most = config.get(Settings.MAX_POOLS);
            refuse(channel, hello, early, ProxyError.TOO_MANY_POOLS, most);
        } else if (shard == null) {
            refuse(channel, hello, early, ProxyError.NO_SUCH_DATABASE, hello.database());
        } else {
            move(channel, hello, early, shard);
        }
    }

    /** Moves the client to the loop on which its server connections live. */
    private void move(
            Channel channel, ClientHello hello, @Nullable ByteBuf early, ClientShard shard) {
        if (channel.eventLoop() == shard.loop()) {
            sessions.open(channel, hello, shard, early);
            return;
        }
        channel.flush(); // what was written on this loop is sent by it
        Move.to(
                shard.loop(),
                channel,
                early,
                new Move.Outcome() {
                    @Override
                    public void arrived(@Nullable ByteBuf all) {
                        sessions.open(channel, hello, shard, all);
                    }

                    @Override
                    public void lost() {
                        SessionService.lost(channel, shard);
                    }
                });
    }

    /** The client disconnected while it was being moved. */
    private static void lost(Channel channel, ClientShard shard) {
        shard.pool().leave(shard);
        channel.close();
    }

    private void refuse(
            Channel channel,
            ClientHello hello,
            @Nullable ByteBuf early,
            ProxyError error,
            Object... blanks) {
        Farewell.say(config, channel, hello, early, error.refusal(blanks));
    }

    @Override
    public boolean cancel(CancelKey key, Runnable done) {
        return sessions.cancel(key, done);
    }
}
