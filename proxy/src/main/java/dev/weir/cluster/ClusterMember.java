package dev.weir.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member of a cluster as reported by Patroni.
 *
 * @param name its name in Patroni; null if not reported
 * @param host null if not reported
 * @param port 0 if not reported
 * @see <a href="https://patroni.readthedocs.io/en/latest/rest_api.html">GET /cluster</a>
 */
record ClusterMember(@Nullable String name, @Nullable String host, int port) {
    // an excerpt of the answer, in a log or an error, could contain a password
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();

    /**
     * The members in the answer to GET /cluster; none if it has none.
     *
     * @throws IOException if the answer is not JSON, is not an object, or is nested too deeply
     */
    static List<ClusterMember> all(String answer) throws IOException {
        List<ClusterMember> members = new ArrayList<>();
        try (JsonParser in = JSON.createParser(answer)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(in, "an object is expected");
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                boolean isMembers = in.currentName().equals("members");
                if (in.nextToken() == JsonToken.START_ARRAY && isMembers) {
                    readAll(in, members);
                } else {
                    in.skipChildren();
                }
            }
            if (in.nextToken() != null) {
                throw new JsonParseException(in, "the end is expected");
            }
        }
        return members;
    }

    private static void readAll(JsonParser in, List<ClusterMember> members) throws IOException {
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                members.add(read(in));
            } else {
                in.skipChildren();
            }
        }
    }

    private static ClusterMember read(JsonParser in) throws IOException {
        String name = null;
        String host = null;
        int port = 0;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            JsonToken value = in.nextToken();
            if (value == JsonToken.VALUE_STRING && field.equals("name")) {
                name = in.getText();
            } else if (value == JsonToken.VALUE_STRING && field.equals("host")) {
                host = in.getText();
            } else if (value == JsonToken.VALUE_NUMBER_INT && field.equals("port")) {
                port = in.getIntValue();
            } else {
                in.skipChildren();
            }
        }
        return new ClusterMember(name, host, port);
    }
}
