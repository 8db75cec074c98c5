package dev.weir.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

@NullMarked
final class ParameterSetTest {
    private static final List<String> NAMES =
            List.of(
                    "role",
                    "ROLE",
                    "DateStyle",
                    "datestyle",
                    "app.a",
                    "App.A",
                    "app.b",
                    "work_mem");
    private static final int CHANGES = 200;

    /** A map that compares names without regard to case says what must come of each change. */
    @RepeatedTest(20)
    void isAMapOfNamesWithoutRegardToCase(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var model = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        ParameterSet set = ParameterSet.EMPTY;
        for (int i = 0; i < CHANGES; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            String value = String.valueOf(random.nextInt(3));
            switch (random.nextInt(3)) {
                case 0 -> {
                    model.remove(name);
                    set = set.without(name);
                }
                case 1 -> {
                    model.putIfAbsent(name, value);
                    set = set.withMissing(ParameterSet.of(Map.of(name, value)));
                }
                default -> {
                    model.put(name, value);
                    set = set.with(name, value);
                }
            }
            assertSame(set, model);
        }
    }

    private static void assertSame(ParameterSet set, Map<String, String> model) {
        var told = new ArrayList<String>();
        set.forEach((name, value) -> told.add(name + "=" + value));
        var expected = new ArrayList<String>();
        model.forEach((name, value) -> expected.add(name + "=" + value));
        assertThat(told).isEqualTo(expected);
        assertThat(set.names()).containsExactlyElementsOf(model.keySet());
        assertThat(set.size()).isEqualTo(model.size());
        assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
        NAMES.forEach(name -> assertThat(set.get(name)).isEqualTo(model.get(name)));
        assertThat(set).isEqualTo(ParameterSet.of(model)).hasSameHashCodeAs(ParameterSet.of(model));
    }

    @Test
    void differsByNameAndByValue() {
        ParameterSet set = ParameterSet.of(Map.of("work_mem", "1MB"));
        assertThat(set).isEqualTo(ParameterSet.of(Map.of("WORK_MEM", "1MB")));
        assertThat(set).isNotEqualTo(ParameterSet.of(Map.of("work_mem", "2MB")));
        assertThat(set).isNotEqualTo(ParameterSet.of(Map.of("temp_mem", "1MB")));
        assertThat(set).isNotEqualTo(ParameterSet.EMPTY);
    }

    @Test
    void keepsTheFirstSpellingAndTheLastValueOfAName() {
        var twice = new LinkedHashMap<String, String>();
        twice.put("DateStyle", "ISO");
        twice.put("datestyle", "German");
        ParameterSet set = ParameterSet.of(twice);
        assertThat(set.names()).containsExactly("DateStyle");
        assertThat(set.get("DATESTYLE")).isEqualTo("German");
    }

    @Test
    void whatIsIrrelevantDecidesNothingAboutAParse() {
        ParameterSet set =
                ParameterSet.of(Map.of("role", "a", "application_name", "b", "search_path", "c"));
        assertThat(set.relevantToParse().names()).containsExactlyInAnyOrder("role", "search_path");
        ParameterSet relevant = ParameterSet.of(Map.of("search_path", "c"));
        assertThat(relevant.relevantToParse()).isSameAs(relevant);
    }
}
