package dev.weir.login;

import dev.weir.auth.Hashing;
import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.pool.Permits;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all logins share: the configuration of the moment, the users, the limits, the services. */
public final class Reception implements Reloadable {
    private final HostBasedAccess access;
    private final Hashing hashing;
    private final List<Service> services;
    private final Permits clients = new Permits();
    private final Permits logins = new Permits();
    private final AtomicLong ids = new AtomicLong();
    private volatile Config config;
    private volatile Users users;

    /**
     * @param services asked in this order who serves a database
     */
    public Reception(
            Config config,
            Users users,
            HostBasedAccess access,
            Hashing hashing,
            List<Service> services) {
        this.config = config;
        this.users = users;
        this.access = access;
        this.hashing = hashing;
        this.services = List.copyOf(services);
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> config = next;
    }

    Config config() {
        return config;
    }

    Users users() {
        return users;
    }

    HostBasedAccess access() {
        return access;
    }

    Hashing hashing() {
        return hashing;
    }

    List<Service> services() {
        return services;
    }

    long nextId() {
        return ids.incrementAndGet();
    }

    @Nullable Service serving(String database) {
        for (Service service : services) {
            if (service.serves(database)) {
                return service;
            }
        }
        return null;
    }

    /** Counts a client in; false if {@code max_client_conn} are here. */
    boolean admit() {
        return clients.tryTake(config.get(Settings.MAX_CLIENT_CONN));
    }

    void leave() {
        clients.free();
    }

    /** Counts a connection in that has not logged in; false if {@code max_login_conn} are here. */
    boolean admitLogin() {
        return logins.tryTake(config.get(Settings.MAX_LOGIN_CONN));
    }

    void leaveLogin() {
        logins.free();
    }

    /** How many clients have logged in or are about to. */
    public int clients() {
        return clients.used();
    }

    /** How many connections have not logged in yet. */
    public int logins() {
        return logins.used();
    }
}
