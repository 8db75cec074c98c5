package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which entry is for a client that named a host in its TLS handshake. */
class ServerNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    open    | -             | open     | true
                    open    | any.where     | open     | true
                    alpha   | -             | alpha    | false
                    alpha   | a.example.com | alpha    | true
                    alpha   | b.example.com | alpha    | false
                    shop    | a.example.com | alpha    | true
                    shop    | c.example.com | beta     | true
                    shop    | x.y.test      | shop     | false
                    shop    | x.b.test      | beta     | true
                    shop    | b.test        | shop     | false
                    shop    | -             | shop     | false
                    nothing | a.example.com | nothing  | false
                    """)
    void areMatchedByNameThenByDatabase(String asked, String host, String entry, boolean isServed)
            throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        """
                        [databases]
                        open = host=h
                        alpha = host=h dbname=shop sni=a.example.com
                        beta = host=h dbname=shop sni='b.example.com, C.example.com, *.b.test'
                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        """);
        assertThat(config.entryName(asked, host)).isEqualTo(entry);
        Database database = config.database(entry);
        assertThat(database != null && database.isFor(host)).isEqualTo(isServed);
    }
}
