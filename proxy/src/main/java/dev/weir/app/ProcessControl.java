package dev.weir.app;

import dev.weir.admin.Control;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.login.Reception;
import org.jspecify.annotations.Nullable;

/** The process as the console sees it. */
final class ProcessControl implements Control {
    private final Config config;
    private final Users users;
    private volatile @Nullable Reception reception;

    ProcessControl(Config config, Users users) {
        this.config = config;
        this.users = users;
    }

    /** Completes it: the reception is made after the services, and this one before them. */
    void receivesAt(Reception made) {
        reception = made;
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public Users users() {
        return users;
    }

    @Override
    public String version() {
        return Version.TEXT;
    }

    @Override
    public int logins() {
        Reception at = reception;
        return at == null ? 0 : at.logins();
    }
}
