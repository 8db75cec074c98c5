package dev.weir.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.StateClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a catalog's functions may leave, so far as no server with their languages is at hand. */
class CatalogReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    plperl     | $_SHARED{tenant} = $_[0];          | TAINT
                    plperlu    | return $_SHARED{'tenant'}          | TAINT
                    plpython3u | GD['tenant'] = tenant              | TAINT
                    plpython3u | return GD.get("tenant")            | TAINT
                    pltcl      | global GD; set GD(tenant) $1       | TAINT
                    plpython3u | SD['plan'] = plpy.prepare('...')   | WIPE
                    plperl     | return $_[0] + 1                   | WIPE
                    plv8       | return 1                           | WIPE
                    """)
    void whatAnInterpreterKeeps(String language, String body, StateClass expected) {
        var reader = new CatalogReader();
        reader.add(
                CatalogQuestion.FUNCTIONS, new String[] {"20000", "f", language, null, body, "v"});
        assertThat(Judge.judge("select f()", reader.close())).isEqualTo(expected);
    }
}
