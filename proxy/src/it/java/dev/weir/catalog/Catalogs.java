package dev.weir.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Asks a real catalog, for tests and measurements. */
final class Catalogs {
    private Catalogs() {}

    static Closure read(Connection connection) throws SQLException {
        var reader = new CatalogReader();
        int version = connection.getMetaData().getDatabaseMajorVersion();
        for (CatalogQuestion question : CatalogQuestion.of(version)) {
            ask(connection, question, reader);
        }
        return reader.close();
    }

    static void ask(Connection connection, CatalogQuestion question, CatalogReader reader)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question.sql())) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                @Nullable String[] row = new String[columns];
                for (int i = 0; i < columns; i++) {
                    row[i] = rows.getString(i + 1);
                }
                reader.add(question, row);
            }
        }
    }

    /** The only value of a query; "NULL" for NULL. */
    static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
