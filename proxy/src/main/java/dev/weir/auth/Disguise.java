package dev.weir.auth;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.config.UserList;
import dev.weir.protocol.auth.StoredSecret;
import java.util.Arrays;
import java.util.Set;

/**
 * As whom a user appears who has no secret: as somebody who has one, always the same for the same
 * name, and in the proportions of the users file. So neither the messages nor the time that they
 * take tell who is unknown. With {@code auth_query} everybody appears as PostgreSQL's own users do,
 * with a SCRAM secret of {@code scram_iterations}. Immutable.
 */
final class Disguise {
    /** The kinds of secrets, by what a login with them looks like. */
    enum Kind {
        PLAIN,
        MD5,
        SCRAM
    }

    private final int plain;
    private final int md5;

    /** Of every SCRAM secret in the file; at least one. */
    private final int[] iterations;

    private final int ownIterations;

    private Disguise(int plain, int md5, int[] iterations, int ownIterations) {
        this.plain = plain;
        this.md5 = md5;
        this.iterations = iterations;
        this.ownIterations = ownIterations;
    }

    static Disguise of(Config config, UserList users) {
        int own = config.get(Settings.SCRAM_ITERATIONS);
        int plain = 0;
        int md5 = 0;
        int scram = 0;
        int[] iterations = new int[users.users().size()];
        boolean isWhole = config.get(Settings.AUTH_USER).isEmpty();
        for (String user : isWhole ? users.users() : Set.<String>of()) {
            String secret = users.secret(user);
            if (secret != null && !secret.isEmpty()) {
                switch (StoredSecret.parse(secret)) {
                    case StoredSecret.Plain _ -> plain++;
                    case StoredSecret.Md5 _ -> md5++;
                    case StoredSecret.Scram(var stored) ->
                            iterations[scram++] = stored.iterations();
                }
            }
        }
        int[] found = Arrays.copyOf(iterations, scram);
        Arrays.sort(found); // a set has no order
        return plain + md5 + scram == 0
                ? new Disguise(0, 0, new int[] {own}, own)
                : new Disguise(plain, md5, found, own);
    }

    Kind kind(String user) {
        int place = place(user);
        return place < plain ? Kind.PLAIN : place < plain + md5 ? Kind.MD5 : Kind.SCRAM;
    }

    /** How many iterations the user's SCRAM secret seems to have. */
    int iterations(String user) {
        int place = place(user) - plain - md5;
        return place < 0 ? ownIterations : iterations[place];
    }

    /** How many iterations secrets have that Weir makes of plain passwords. */
    int ownIterations() {
        return ownIterations;
    }

    private int place(String user) {
        // Spread: names that differ in their last letter have neighbouring hash codes.
        int hash = user.hashCode() * 0x9E3779B9;
        return Math.floorMod(hash ^ hash >>> 15, plain + md5 + iterations.length);
    }
}
