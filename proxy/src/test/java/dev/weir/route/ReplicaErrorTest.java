package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaErrorTest {
    @ParameterizedTest
    @CsvSource({
        "25006, TEXT",
        "0A000, TEXT",
        "55000, TEXT",
        "42P01, YOUNGER_DDL",
        "42703, YOUNGER_DDL",
        "42883, YOUNGER_DDL",
        "42704, YOUNGER_DDL",
        "3F000, YOUNGER_DDL",
        "42P02, YOUNGER_DDL",
        "42710, YOUNGER_DDL",
        "40001, CONFLICT",
        "57P01, NODE",
        "57P02, NODE",
        "57P03, NODE",
        "53300, NODE",
        "08006, NODE",
    })
    void thePrimaryIsAskedToo(String sqlState, ReplicaError error) {
        assertThat(ReplicaError.of(sqlState)).isEqualTo(error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22012", "23505", "42601", "57014", "XX000", "40P01", "P0001"})
    void thePrimaryWouldSayTheSame(String sqlState) {
        assertThat(ReplicaError.of(sqlState)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"25006, true", "57P01, true", "57P03, true", "0A000, false", "40001, false"})
    void theNodeIsDoubted(String sqlState, boolean isDoubt) {
        assertThat(ReplicaError.isDoubt(sqlState)).isEqualTo(isDoubt);
    }
}
