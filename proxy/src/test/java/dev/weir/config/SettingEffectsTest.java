package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Every key of the table does something, or says why it cannot. */
@NullMarked
final class SettingEffectsTest {
    /** Those that cannot have an effect here, with a word of the reason that an operator reads. */
    private static final Map<String, String> REASONS =
            Map.of(
                    "dns_zone_check_period", "serial numbers of zones",
                    "job_name", "Windows");

    /** Those to come. */
    private static final String NOT_YET =
            "(client|server)_tls.*|auth_(hba|ident|ldap).*|(log|pid)file|syslog.*|unix_socket.*"
                    + "|peer_id|so_reuseport|user|max_buffer_memory|verbose";

    /** What other rows of the table read, or what only the manual speaks of. */
    private static final Set<String> WITHOUT_A_READER = Set.of("track_extra_parameters");

    @Test
    void everySettingHasAnEffectOrAReason() throws IllegalAccessException {
        Map<String, String> without = new TreeMap<>();
        for (Setting<?> setting : Settings.ALL) {
            if (setting.support() instanceof Support.Ignored<?>(String warning)) {
                without.put(setting.name(), warning);
            }
        }
        REASONS.forEach((name, word) -> assertThat(without.remove(name)).contains(word));
        assertThat(without.keySet()).allMatch(name -> name.matches(NOT_YET));
    }

    @Test
    void everySettingIsReadSomewhere() throws IllegalAccessException {
        JavaClasses classes =
                new ClassFileImporter()
                        .withImportOption(new DoNotIncludeTests())
                        .importPackages("dev.weir");
        Set<String> read = new TreeSet<>();
        for (JavaFieldAccess access : classes.get(Settings.class).getFieldAccessesToSelf()) {
            if (!access.getOriginOwner().isEquivalentTo(Settings.class)
                    && !access.getOriginOwner().isEquivalentTo(EntrySettings.class)) {
                read.add(access.getTarget().getName());
            }
        }
        Set<String> unread = new TreeSet<>();
        for (Field field : Settings.class.getFields()) {
            if (field.get(null) instanceof Setting<?> setting && !read.contains(field.getName())) {
                unread.add(setting.name());
            }
        }
        unread.removeAll(REASONS.keySet());
        unread.removeAll(WITHOUT_A_READER);
        assertThat(unread).allMatch(name -> name.matches(NOT_YET));
    }
}
