package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ResultTest {
    private static final Result RESULT =
            new Result(
                    "weir.ini",
                    List.of(Finding.error("a \"b\" \\ \n\u0001"), Finding.warning("c")),
                    List.of(new Result.Server("127.0.0.1:5432", "18.6", 100, 3, 140)));

    @Test
    void isOneObjectForPrograms() {
        assertThat(RESULT.toJson())
                .isEqualTo(
                        """
                        {"file":"weir.ini","ok":false,"findings":[\
                        {"level":"error","text":"a \\"b\\" \\\\ \\n\\u0001"},\
                        {"level":"warning","text":"c"}],\
                        "servers":[{"address":"127.0.0.1:5432","version":"18.6",\
                        "max_connections":100,"reserved":3,"worst_case":140}]}\
                        """);
    }

    @Test
    void countsWhatItFound() {
        assertThat(RESULT.summary()).isEqualTo("weir.ini: 1 mistake, 1 warning; 1 server asked");
        assertThat(new Result("weir.ini", List.of(), List.of()).summary())
                .isEqualTo("weir.ini: no mistakes found");
    }
}
