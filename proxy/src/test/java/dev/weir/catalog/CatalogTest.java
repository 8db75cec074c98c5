package dev.weir.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What counts of what was read of a catalog. */
@NullMarked
final class CatalogTest {
    private static final int SET_CONFIG = 2_078;
    private static final int LOWER = 870;

    private final Catalog catalog = new Catalog();

    private static Closure closure(String everyText) {
        int[] stateful = {SET_CONFIG};
        return new Closure(StateNames.builtin(), Map.of(), everyText, stateful, false, "", 1);
    }

    private void reads(long definitions) {
        catalog.read(new Catalog.Known(closure(""), "", "", definitions), 1, 2);
    }

    @Test
    void everyTextMayLeaveSomethingUntilItIsRead() {
        assertThat(catalog.names().always()).isEqualTo(StateEffects.SESSION);
        reads(catalog.definitions());
        assertThat(catalog.names().always()).isZero();
    }

    @Test
    void whatWasReadBeforeADefinitionCountsNoMore() {
        reads(catalog.definitions());
        catalog.defines();
        assertThat(catalog.closure()).isNull();
        assertThat(catalog.names().always()).isEqualTo(StateEffects.SESSION);
        assertThat(catalog.failure()).isEqualTo("something was defined since it was read");
    }

    @Test
    void whatIsReadWhileSomethingIsDefinedDoesNotCount() {
        long before = catalog.definitions();
        catalog.defines();
        reads(before);
        assertThat(catalog.closure()).isNull();
    }

    @Test
    void onlyFunctionsOfPostgreSqlsOwnAreHarmlessByTheirNumber() {
        Closure read = closure("");
        assertThat(read.isHarmlessFunction(LOWER)).isTrue();
        assertThat(read.isHarmlessFunction(SET_CONFIG)).isFalse();
        assertThat(read.isHarmlessFunction(StateNames.FIRST_USER_OID)).isFalse();
        assertThat(read.isHarmlessFunction(-1)).as("4294967295").isFalse();
        assertThat(closure("an event trigger").isHarmlessFunction(LOWER)).isFalse();
    }
}
