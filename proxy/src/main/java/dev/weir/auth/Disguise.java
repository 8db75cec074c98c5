package dev.weir.auth;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.protocol.auth.ScramServer;
import dev.weir.protocol.auth.StoredSecret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The stand-ins for users without a secret: each appears to be somebody from the users file, always
 * the same for the same name, so that neither the messages nor their timing reveal that a user is
 * unknown. With {@code auth_query}, all appear as PostgreSQL's own users do, with a SCRAM secret of
 * {@code scram_iterations}. Immutable; never printed.
 */
final class Disguise {
    /** The stand-ins, at least one, in the order of the users. */
    private final List<StoredSecret> standIns;

    private final int ownIterations;

    private Disguise(List<StoredSecret> standIns, int ownIterations) {
        this.standIns = standIns;
        this.ownIterations = ownIterations;
    }

    /** Creates the stand-ins from {@code accounts}, those of the users file. */
    static Disguise of(Config config, Collection<Account> accounts) {
        int own = config.get(Settings.SCRAM_ITERATIONS);
        boolean isWhole = config.get(Settings.AUTH_USER).isEmpty();
        List<StoredSecret> found = new ArrayList<>();
        if (isWhole) {
            accounts.stream()
                    .sorted(Comparator.comparing(Account::user))
                    .map(Account::secret)
                    .filter(Objects::nonNull)
                    .forEach(found::add);
        }
        return new Disguise(found.isEmpty() ? List.of(ofNobody(own)) : List.copyOf(found), own);
    }

    private static StoredSecret ofNobody(int iterations) {
        return new StoredSecret.Scram(ScramServer.mock("", new byte[16], iterations));
    }

    /** The secret that the user seems to have; a proof with it must not count. */
    StoredSecret standIn(String user) {
        // Spread, since names that differ in their last letter have neighbouring hash codes.
        int hash = user.hashCode() * 0x9E3779B9;
        return standIns.get(Math.floorMod(hash ^ hash >>> 15, standIns.size()));
    }

    /** How many iterations the user's SCRAM secret seems to have. */
    int iterations(String user) {
        return standIn(user) instanceof StoredSecret.Scram(var secret)
                ? secret.iterations()
                : ownIterations;
    }

    /** How many iterations secrets have that Weir derives from plain passwords. */
    int ownIterations() {
        return ownIterations;
    }
}
