package dev.weir.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * A way by which a text changes its session without saying so: what must be there, and the text.
 *
 * @param since the least version of PostgreSQL that has it
 */
record Way(String title, int since, String setup, String text) {
    /** What they all reach in the end. Immutable as it claims, it may stand in an index. */
    static final String COMMON =
            """
            CREATE FUNCTION leak() RETURNS int LANGUAGE plpgsql AS
                $$ BEGIN PERFORM set_config('leak.x', 'A', false); RETURN 1; END $$;
            CREATE FUNCTION leak_i(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
                $$ BEGIN PERFORM set_config('leak.x', 'A', false); RETURN $1; END $$;
            CREATE FUNCTION leak_t() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM leak(); RETURN COALESCE(NEW, OLD); END $$;
            """;

    /* title # version # setup # text; @ is a name of its own for each */
    private static final String TABLE =
            """
            a function in SQL # 12 # CREATE FUNCTION @() RETURNS int LANGUAGE sql AS 'SELECT leak()' # SELECT @()
            a function in PL/pgSQL # 12 # CREATE FUNCTION @() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN leak(); END' # SELECT * FROM @()
            two steps # 12 # CREATE FUNCTION @a() RETURNS int LANGUAGE sql AS 'SELECT leak()'; CREATE FUNCTION @() RETURNS int LANGUAGE sql AS 'SELECT @a()' # SELECT @()
            a computed text # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT set_' || 'config(''leak.x'', ''A'', false)'; END $$ # SELECT @()
            a SET in PL/pgSQL # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF true THEN SET leak.x = 'A'; END IF; END $$ # SELECT @()
            a SET in SQL # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE sql AS $$ SET leak.x = 'A' $$ # SELECT @()
            a builtin in SQL # 12 # CREATE FUNCTION @() RETURNS text LANGUAGE sql AS $$ SELECT "pg_catalog".SET_CONFIG('leak.x', 'A', false) $$ # SELECT @()
            a body that is a tree # 14 # CREATE FUNCTION @() RETURNS int RETURN leak() # SELECT @()
            a builtin in a tree # 14 # CREATE FUNCTION @() RETURNS text BEGIN ATOMIC SELECT set_config('leak.x', 'A', false); END # SELECT @()
            a table in a tree # 14 # CREATE TABLE @t (a int); CREATE TRIGGER x BEFORE INSERT ON @t FOR EACH ROW EXECUTE FUNCTION leak_t(); CREATE FUNCTION @() RETURNS void BEGIN ATOMIC INSERT INTO @t VALUES (1); END # SELECT @()
            an alias of a builtin # 12 # CREATE FUNCTION @(text, text, bool) RETURNS text LANGUAGE internal AS 'set_config_by_name' # SELECT @('leak.x', 'A', false)
            a default argument # 12 # CREATE FUNCTION @(a int DEFAULT leak()) RETURNS int LANGUAGE sql AS 'SELECT a' # SELECT @()
            a builtin as default argument # 12 # CREATE FUNCTION @(a text DEFAULT set_config('leak.x', 'A', false)) RETURNS text LANGUAGE sql AS 'SELECT a' # SELECT @()
            a quoted name # 12 # CREATE FUNCTION "@ Weird ""Name"() RETURNS int LANGUAGE sql AS 'SELECT leak()' # SELECT "@ Weird ""Name"()
            a name outside ASCII # 12 # CREATE FUNCTION @größe() RETURNS int LANGUAGE sql AS 'SELECT leak()' # SELECT @GRöße()
            a long name # 12 # CREATE FUNCTION @LONG() RETURNS int LANGUAGE sql AS 'SELECT leak()' # SELECT @LONGER()
            a name outside ASCII in a body # 12 # CREATE FUNCTION @größe() RETURNS int LANGUAGE sql AS 'SELECT leak()'; CREATE FUNCTION @() RETURNS int LANGUAGE sql AS 'SELECT @größe()' # SELECT @()
            attribute notation # 12 # CREATE TABLE @t (a int); INSERT INTO @t VALUES (1); CREATE FUNCTION @(@t) RETURNS int LANGUAGE sql AS 'SELECT leak()' # SELECT (x).@ FROM @t x
            a procedure # 12 # CREATE PROCEDURE @() LANGUAGE plpgsql AS 'BEGIN PERFORM leak(); COMMIT; END' # CALL @()
            a function as a set # 12 # CREATE FUNCTION @() RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT leak(); END' # SELECT * FROM ROWS FROM (@())
            a trigger before INSERT # 12 # CREATE TABLE @ (a int); CREATE TRIGGER x BEFORE INSERT ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # INSERT INTO @ VALUES (1)
            a trigger after UPDATE # 12 # CREATE TABLE @ (a int); INSERT INTO @ VALUES (1); CREATE TRIGGER x AFTER UPDATE OF a ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # UPDATE @ SET a = 2
            a trigger on DELETE # 12 # CREATE TABLE @ (a int); INSERT INTO @ VALUES (1); CREATE TRIGGER x BEFORE DELETE ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # DELETE FROM ONLY @
            a trigger of the statement # 12 # CREATE TABLE @ (a int); CREATE TRIGGER x AFTER UPDATE ON @ FOR EACH STATEMENT EXECUTE FUNCTION leak_t() # UPDATE @ SET a = 2
            a trigger by ON CONFLICT # 12 # CREATE TABLE @ (a int PRIMARY KEY); INSERT INTO @ VALUES (1); CREATE TRIGGER x BEFORE UPDATE ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # INSERT INTO @ VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2
            a trigger by MERGE # 15 # CREATE TABLE @ (a int); CREATE TRIGGER x BEFORE INSERT ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # MERGE INTO @ USING (VALUES (1)) v (b) ON a = b WHEN NOT MATCHED THEN INSERT VALUES (b)
            a trigger in a WITH # 12 # CREATE TABLE @ (a int); CREATE TRIGGER x BEFORE INSERT ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # WITH w AS (INSERT INTO @ VALUES (1)) SELECT 1
            a trigger's condition # 12 # CREATE FUNCTION @f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE @ (a int); CREATE TRIGGER x BEFORE INSERT ON @ FOR EACH ROW WHEN (leak_i(NEW.a) > 0) EXECUTE FUNCTION @f() # INSERT INTO @ VALUES (1)
            a trigger's condition of a builtin # 12 # CREATE FUNCTION @f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE @ (a text); CREATE TRIGGER x BEFORE INSERT ON @ FOR EACH ROW WHEN (set_config('leak.x', NEW.a, false) IS NULL) EXECUTE FUNCTION @f() # INSERT INTO @ VALUES ('A')
            a trigger deferred # 12 # CREATE TABLE @ (a int); CREATE CONSTRAINT TRIGGER x AFTER INSERT ON @ DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leak_t() # INSERT INTO @ VALUES (1)
            a trigger of a view # 12 # CREATE VIEW @ AS SELECT 1 AS a; CREATE TRIGGER x INSTEAD OF INSERT ON @ FOR EACH ROW EXECUTE FUNCTION leak_t() # INSERT INTO @ VALUES (1)
            a trigger of a table under a view # 12 # CREATE TABLE @t (a int); CREATE TRIGGER x BEFORE INSERT ON @t FOR EACH ROW EXECUTE FUNCTION leak_t(); CREATE VIEW @ AS SELECT a FROM @t # INSERT INTO @ VALUES (1)
            a trigger that writes where another is # 12 # CREATE TABLE @log (a int); CREATE TRIGGER x BEFORE INSERT ON @log FOR EACH ROW EXECUTE FUNCTION leak_t(); CREATE FUNCTION @f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO @log VALUES (1); RETURN NEW; END'; CREATE TABLE @ (a int); CREATE TRIGGER x BEFORE INSERT ON @ FOR EACH ROW EXECUTE FUNCTION @f() # INSERT INTO @ VALUES (1)
            a rule # 12 # CREATE TABLE @ (a int); CREATE RULE x AS ON INSERT TO @ DO ALSO SELECT leak() # INSERT INTO @ VALUES (1)
            a rule that writes elsewhere # 12 # CREATE TABLE @log (a int); CREATE TRIGGER x BEFORE INSERT ON @log FOR EACH ROW EXECUTE FUNCTION leak_t(); CREATE TABLE @ (a int); INSERT INTO @ VALUES (1); CREATE RULE x AS ON UPDATE TO @ DO ALSO INSERT INTO @log VALUES (1) # UPDATE @ SET a = 2
            a rule of a builtin # 12 # CREATE TABLE @ (a int); INSERT INTO @ VALUES (1); CREATE RULE x AS ON DELETE TO @ DO ALSO SELECT set_config('leak.x', 'A', false) # DELETE FROM @
            a rule's condition # 12 # CREATE TABLE @ (a int); CREATE RULE x AS ON INSERT TO @ WHERE leak() = 2 DO INSTEAD NOTHING # INSERT INTO @ VALUES (1)
            a view # 12 # CREATE VIEW @ AS SELECT leak() # SELECT * FROM @
            a view of a view # 12 # CREATE VIEW @v AS SELECT leak() AS a; CREATE VIEW @ AS SELECT * FROM @v # SELECT * FROM @
            a view of a builtin # 12 # CREATE VIEW @ AS SELECT set_config('leak.x', 'A', false) # SELECT * FROM @
            a view of the settings # 12 # CREATE VIEW @ AS SELECT name, setting FROM pg_settings # UPDATE @ SET setting = '5MB' WHERE name = 'work_mem'
            a view that a function reads # 12 # CREATE VIEW @v AS SELECT leak() AS a; CREATE FUNCTION @() RETURNS int LANGUAGE sql AS 'SELECT a FROM @v' # SELECT @()
            a column's default # 12 # CREATE TABLE @ (a int, b int DEFAULT leak()) # INSERT INTO @ (a) VALUES (1)
            a builtin as default # 12 # CREATE TABLE @ (a int, b text DEFAULT set_config('leak.x', 'A', false)) # INSERT INTO @ (a) VALUES (1)
            a default in an UPDATE # 12 # CREATE TABLE @ (a int DEFAULT leak()); INSERT INTO @ VALUES (1) # UPDATE @ SET a = DEFAULT
            a view's default # 12 # CREATE TABLE @t (a int, b int); CREATE VIEW @ AS SELECT * FROM @t; ALTER VIEW @ ALTER b SET DEFAULT leak() # INSERT INTO @ (a) VALUES (1)
            a generated column # 12 # CREATE TABLE @ (a int, b int GENERATED ALWAYS AS (leak_i(a)) STORED) # INSERT INTO @ VALUES (1)
            a check # 12 # CREATE TABLE @ (a int CHECK (leak_i(a) > 0)) # INSERT INTO @ VALUES (1)
            a check of a builtin # 12 # CREATE TABLE @ (a text CHECK (set_config('leak.x', a, false) = a)) # INSERT INTO @ VALUES ('A')
            a domain # 12 # CREATE DOMAIN @ AS int CHECK (leak_i(VALUE) > 0) # SELECT 1::@
            a domain of a builtin # 12 # CREATE DOMAIN @ AS text CHECK (set_config('leak.x', VALUE, false) = VALUE) # SELECT CAST('A' AS @)
            a domain of a domain # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE DOMAIN @ AS @d # SELECT @ '1'
            an array of a domain # 12 # CREATE DOMAIN @ AS int CHECK (leak_i(VALUE) > 0) # SELECT '{1}'::@[]
            an array by its own name # 12 # CREATE DOMAIN @ AS int CHECK (leak_i(VALUE) > 0) # SELECT '{1}'::_@
            a domain in a column # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE TABLE @ (a @d) # INSERT INTO @ VALUES (1)
            a domain in a row # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE TYPE @ AS (a @d) # SELECT '(1)'::@
            a domain in a row in a column # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE TYPE @r AS (a @d); CREATE TABLE @ (r @r) # INSERT INTO @ VALUES ('(1)')
            rows from JSON # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE TABLE @ (a @d) # SELECT * FROM json_populate_record(NULL::@, '{"a": 1}')
            a domain as argument # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE FUNCTION @(@d) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END' # SELECT @(1)
            a domain as result # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE FUNCTION @() RETURNS @d LANGUAGE plpgsql AS 'BEGIN RETURN 1; END' # SELECT @()
            a domain as variable # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE FUNCTION @() RETURNS int LANGUAGE plpgsql AS 'DECLARE a @d := 1; BEGIN RETURN 1; END' # SELECT @()
            a domain's default # 12 # CREATE DOMAIN @d AS int DEFAULT leak(); CREATE TABLE @ (a @d, b int) # INSERT INTO @ (b) VALUES (1)
            a column's type by name # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE TABLE @t (a @d); CREATE FUNCTION @() RETURNS int LANGUAGE plpgsql AS 'DECLARE a @t.a%TYPE := 1; BEGIN RETURN 1; END' # SELECT @()
            a range of a domain # 12 # CREATE DOMAIN @d AS int CHECK (leak_i(VALUE) > 0); CREATE TYPE @ AS RANGE (SUBTYPE = @d, SUBTYPE_OPCLASS = int4_ops) # SELECT '[1,2]'::@
            an index's expression # 12 # CREATE TABLE @ (a int); CREATE INDEX ON @ (leak_i(a)) # INSERT INTO @ VALUES (1)
            an index's condition # 12 # CREATE TABLE @ (a int); CREATE INDEX ON @ (a) WHERE leak_i(a) > 0 # INSERT INTO @ VALUES (1)
            an operator # 12 # CREATE FUNCTION @(int, int) RETURNS bool LANGUAGE sql AS 'SELECT leak() = $1'; CREATE OPERATOR ==@ (FUNCTION = @, LEFTARG = int, RIGHTARG = int) # SELECT 1 ==@ 1
            an operator in a body # 12 # CREATE FUNCTION @f(int, int) RETURNS bool LANGUAGE sql AS 'SELECT leak() = $1'; CREATE OPERATOR &&@ (FUNCTION = @f, LEFTARG = int, RIGHTARG = int); CREATE FUNCTION @() RETURNS bool LANGUAGE sql AS 'SELECT 1 &&@ 1' # SELECT @()
            an operator in a view # 12 # CREATE FUNCTION @f(int, int) RETURNS bool LANGUAGE sql AS 'SELECT leak() = $1'; CREATE OPERATOR ||@ (FUNCTION = @f, LEFTARG = int, RIGHTARG = int); CREATE VIEW @ AS SELECT 1 ||@ 1 # SELECT * FROM @
            a cast # 12 # CREATE TYPE @ AS (a int); CREATE FUNCTION @f(@) RETURNS int LANGUAGE sql AS 'SELECT leak()'; CREATE CAST (@ AS int) WITH FUNCTION @f(@) AS IMPLICIT # SELECT 1 + '(1)'::@
            a cast of a column # 12 # CREATE TYPE @r AS (a int); CREATE TABLE @ (r @r); INSERT INTO @ VALUES (ROW(1)); CREATE FUNCTION @f(@r) RETURNS int LANGUAGE sql AS 'SELECT leak()'; CREATE CAST (@r AS int) WITH FUNCTION @f(@r) AS IMPLICIT # SELECT r + 1 FROM @
            an aggregate # 12 # CREATE FUNCTION @f(int, int) RETURNS int LANGUAGE sql AS 'SELECT leak()'; CREATE AGGREGATE @(int) (SFUNC = @f, STYPE = int, INITCOND = 0) # SELECT @(1)
            an aggregate's last function # 12 # CREATE FUNCTION @f(int) RETURNS int LANGUAGE sql AS 'SELECT leak()'; CREATE AGGREGATE @(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = @f, INITCOND = 0) # SELECT @(1)
            a partition's trigger # 12 # CREATE TABLE @ (a int) PARTITION BY LIST (a); CREATE TABLE @p PARTITION OF @ DEFAULT; CREATE TRIGGER x BEFORE INSERT ON @p FOR EACH ROW EXECUTE FUNCTION leak_t() # INSERT INTO @ VALUES (1)
            a child's trigger # 12 # CREATE TABLE @ (a int); CREATE TABLE @c () INHERITS (@); INSERT INTO @c VALUES (1); CREATE TRIGGER x BEFORE UPDATE ON @c FOR EACH ROW EXECUTE FUNCTION leak_t() # UPDATE @ SET a = 2
            a partition key # 12 # CREATE TABLE @ (a int) PARTITION BY LIST (leak_i(a)); CREATE TABLE @p PARTITION OF @ FOR VALUES IN (1) # INSERT INTO @ VALUES (1)
            a partition key by the partition # 12 # CREATE TABLE @p (a int) PARTITION BY LIST (leak_i(a)); CREATE TABLE @q PARTITION OF @p FOR VALUES IN (1) PARTITION BY LIST (a); CREATE TABLE @ PARTITION OF @q FOR VALUES IN (1) # INSERT INTO @ VALUES (1)
            a policy # 12 # CREATE TABLE @ (a int); INSERT INTO @ VALUES (1); ALTER TABLE @ ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON @ USING (leak_i(a) = 1) # SELECT * FROM @
            a policy of a builtin # 12 # CREATE TABLE @ (a text); INSERT INTO @ VALUES ('A'); ALTER TABLE @ ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON @ USING (set_config('leak.x', a, false) = 'A') # SELECT * FROM @
            a policy that reads a view # 12 # CREATE VIEW @v AS SELECT leak() AS a; GRANT SELECT ON @v TO PUBLIC; CREATE TABLE @ (a int); INSERT INTO @ VALUES (1); ALTER TABLE @ ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON @ USING (a IN (SELECT v.a FROM @v v)) # SELECT * FROM @
            a policy for what is written # 12 # CREATE TABLE @ (a int); ALTER TABLE @ ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON @ WITH CHECK (leak_i(a) = 1) # INSERT INTO @ VALUES (1)
            a foreign key that cascades # 12 # CREATE TABLE @ (a int PRIMARY KEY); CREATE TABLE @r (a int REFERENCES @ ON DELETE CASCADE); INSERT INTO @ VALUES (1); INSERT INTO @r VALUES (1); CREATE TRIGGER x BEFORE DELETE ON @r FOR EACH ROW EXECUTE FUNCTION leak_t() # DELETE FROM @
            a foreign key that sets NULL # 12 # CREATE TABLE @ (a int PRIMARY KEY); CREATE TABLE @r (a int REFERENCES @ ON DELETE SET NULL); INSERT INTO @ VALUES (1); INSERT INTO @r VALUES (1); CREATE TRIGGER x BEFORE UPDATE ON @r FOR EACH ROW EXECUTE FUNCTION leak_t() # DELETE FROM @
            a foreign key that sets a default # 12 # CREATE TABLE @ (a int PRIMARY KEY); CREATE TABLE @r (a int DEFAULT leak() REFERENCES @ ON DELETE SET DEFAULT); INSERT INTO @ VALUES (1), (2); INSERT INTO @r VALUES (2) # DELETE FROM @ WHERE a = 2
            a foreign key on UPDATE # 12 # CREATE TABLE @ (a int PRIMARY KEY); CREATE TABLE @r (a int REFERENCES @ ON UPDATE CASCADE); INSERT INTO @ VALUES (1); INSERT INTO @r VALUES (1); CREATE TRIGGER x BEFORE UPDATE ON @r FOR EACH ROW EXECUTE FUNCTION leak_t() # UPDATE @ SET a = 2
            an operator class # 12 # CREATE TYPE @t AS (a int); CREATE FUNCTION @c(@t, @t) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN leak() - 1; END'; CREATE FUNCTION @lt(@t, @t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false'; CREATE OPERATOR <@ (FUNCTION = @lt, LEFTARG = @t, RIGHTARG = @t); CREATE OPERATOR =@ (FUNCTION = @lt, LEFTARG = @t, RIGHTARG = @t); CREATE OPERATOR >@ (FUNCTION = @lt, LEFTARG = @t, RIGHTARG = @t); CREATE OPERATOR CLASS @o DEFAULT FOR TYPE @t USING btree AS OPERATOR 1 <@, OPERATOR 3 =@, OPERATOR 5 >@, FUNCTION 1 @c(@t, @t); CREATE TABLE @ (a @t); INSERT INTO @ VALUES (ROW(1)), (ROW(2)) # SELECT * FROM @ ORDER BY a
            a lock # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_lock(4711)' # SELECT @()
            a channel # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE plpgsql AS 'BEGIN LISTEN @; END' # SELECT @()
            a temporary table # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TEMP TABLE @t (a int); END' # SELECT @()
            a temporary table in SQL # 12 # CREATE FUNCTION @() RETURNS void LANGUAGE sql AS 'CREATE TEMP TABLE @t (a int)' # SELECT @()
            a sequence # 12 # CREATE SEQUENCE @s; GRANT USAGE ON @s TO PUBLIC; CREATE FUNCTION @() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('@s') $$ # SELECT @()
            a serial column # 12 # CREATE TABLE @ (a serial, b int); GRANT USAGE ON @_a_seq TO PUBLIC # INSERT INTO @ (b) VALUES (1)
            an identity column # 12 # CREATE TABLE @ (a int GENERATED ALWAYS AS IDENTITY, b int) # INSERT INTO @ (b) VALUES (1)
            an identity column under a view # 12 # CREATE TABLE @t (a int GENERATED ALWAYS AS IDENTITY, b int); CREATE VIEW @ AS SELECT b FROM @t # INSERT INTO @ (b) VALUES (1)
            an identity column of a partition # 17 # CREATE TABLE @p (a int GENERATED ALWAYS AS IDENTITY, b int) PARTITION BY LIST (b); CREATE TABLE @ PARTITION OF @p DEFAULT # INSERT INTO @ (b) VALUES (1)
            a text as argument # 12 # CREATE FUNCTION @() RETURNS int LANGUAGE sql AS 'SELECT leak()' # SELECT query_to_xml('SELECT @()', true, true, '')
            a text in a function # 12 # CREATE FUNCTION @() RETURNS tsvector LANGUAGE sql AS $$ SELECT leak(), to_tsvector('simple', 'a'); SELECT to_tsvector('simple', 'a') $$; CREATE FUNCTION @f(text) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM ts_stat($1)' # SELECT @f('SELECT @()')
            a type as argument # 16 # CREATE DOMAIN @ AS int CHECK (leak_i(VALUE) > 0) # SELECT pg_input_is_valid('1', '@')
            a type's number as argument # 12 # CREATE DOMAIN @ AS int CHECK (leak_i(VALUE) > 0) # SELECT count(domain_in('1', '@'::regtype, -1))
            a setting of a function # 12 # CREATE FUNCTION @() RETURNS int LANGUAGE sql SET search_path = public AS 'SELECT leak()' # SELECT @()
            a body whose strings have backslashes # 12 # CREATE FUNCTION @() RETURNS int LANGUAGE sql AS $$ SELECT leak() + length('a\\') $$ # SELECT @()
            """;

    static List<Way> all(int version) {
        List<Way> ways = new ArrayList<>();
        List<String> lines = TABLE.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(" # ", -1);
            Way way =
                    new Way(
                            cells[0],
                            Integer.parseInt(cells[1]),
                            own(cells[2], i),
                            own(cells[3], i));
            if (way.since <= version) {
                ways.add(way);
            }
        }
        return ways;
    }

    /** Puts a name of its own in; as an operator, a symbol of its own. */
    private static String own(String text, int number) {
        return text.replace("==@", "===~")
                .replace("&&@", "&&&~")
                .replace("||@", "|||~")
                .replace(" <@", " <<<~")
                .replace(" =@", " =<<~")
                .replace(" >@", " >>>~")
                .replace("@LONGER", "w" + number + "_".repeat(60) + "onger")
                .replace("@LONG", "w" + number + "_".repeat(60) + "ong")
                .replace("@GR", "W" + number + "GR")
                .replace("@", "w" + number);
    }

    @Override
    public String toString() {
        return title;
    }
}
