import psycopg
from psycopg import sql
from psycopg.rows import dict_row

import harness


def workflow(port, who, see):
    def connect(**more):
        return psycopg.connect(
            host=harness.HOST, port=port, user=harness.USER, password=harness.PASSWORD, dbname=harness.DATABASE,
            application_name="app " + who, **more,
        )

    def rows(c, text, *values, **more):
        cursor = c.execute(text, values or None, **more)
        see(text, cursor.fetchall() if cursor.description else cursor.statusmessage)

    def fails(c, text, *values, **more):
        try:
            c.execute(text, values or None, **more)
            see(text, "worked")
        except psycopg.Error as e:
            see(text, type(e).__name__, e.sqlstate, e.diag.message_primary, c.info.transaction_status.name)

    c = connect(autocommit=True, prepare_threshold=2)
    rows(c, "drop schema if exists %s cascade" % who)
    rows(c, "create schema " + who)
    rows(c, "select set_config(%s, %s, false)", "search_path", who)
    rows(c, "select set_config(%s, %s, false)", "app.tenant", who)
    rows(c, "select set_config('TimeZone', %s, false)", {"a": "Asia/Tokyo", "b": "UTC"}[who])
    rows(c, "create table item (id int generated always as identity primary key, name text unique, doc jsonb, at timestamptz)")
    see("parameters", c.info.timezone, c.info.encoding, c.info.parameter_status("DateStyle"))

    # prepared after two executions, with other types in between
    for i in range(6):
        rows(c, "select %s + 1, current_setting('app.tenant'), '2020-07-01 12:00+00'::timestamptz", i)
    for value in (1, 2, 3, "x", None, 1.5, 40000, 5000000000):
        fails(c, "select %s::text, pg_typeof(%s)::text", value, value, prepare=True)
    rows(c, "insert into item (name, doc) values (%s, %s) returning id", "one", psycopg.types.json.Jsonb({"who": who}))
    cursor = c.cursor(row_factory=dict_row, binary=True)
    see("binary", cursor.execute("select id, name, doc, at, 1.5::float8 as f from item").fetchall())
    with c.cursor() as cursor:
        cursor.executemany("insert into item (name) values (%s) returning id", [("m%d" % i,) for i in range(50)], returning=True)
        ids = [cursor.fetchone()[0]]
        while cursor.nextset():
            ids.append(cursor.fetchone()[0])
        see("executemany", sum(ids), cursor.rowcount)

    # blocks in blocks
    with c.transaction():
        rows(c, "select set_config('app.tenant', 'inner ' || %s, true)", who)
        try:
            with c.transaction():
                rows(c, "set local work_mem = '5MB'")
                c.execute("insert into item (name) values ('one')")
        except psycopg.errors.UniqueViolation as e:
            see("inner", e.diag.constraint_name)
        rows(c, "select current_setting('app.tenant'), current_setting('work_mem')")
        with c.transaction(force_rollback=True):
            rows(c, "set work_mem = '6MB'")
    rows(c, "select current_setting('app.tenant'), current_setting('work_mem')")

    # the types of a table that a migration changes while statements are prepared
    for i in range(4):
        rows(c, "select * from item where id = %s", 1)
    rows(c, "alter table item add column more text default 'm'")
    for i in range(4):
        fails(c, "select * from item where id = %s", 1)

    # pipelines
    with c.pipeline():
        with c.transaction():
            first = c.execute("select %s::int", [1])
            second = c.execute("select current_setting('app.tenant')")
            c.execute("set local app.tenant = 'pipe'")
            third = c.execute("select current_setting('app.tenant')")
        see("pipeline", first.fetchall(), second.fetchall(), third.fetchall())
    try:
        with c.pipeline() as p:
            good = c.execute("insert into item (name) values ('piped') returning id")
            p.sync()
            bad = c.execute("select no_such_column")
            lost = c.execute("insert into item (name) values ('lost')")
            p.sync()
            after = c.execute("select count(*) from item")
    except psycopg.Error as e:
        see("pipeline", e.sqlstate, good.fetchall(), c.info.transaction_status.name)
    rows(c, "select count(*) from item")

    # COPY, text and binary
    with c.cursor() as cursor:
        with cursor.copy("copy item (name) from stdin") as copy:
            for i in range(500):
                copy.write_row(("c%d" % i,))
        see("copy in", cursor.rowcount)
        with cursor.copy("copy (select id, name from item order by id) to stdout (format binary)") as copy:
            copy.set_types(["int4", "text"])
            see("copy out", sum(1 for row in copy.rows()))
        try:
            with cursor.copy("copy item (name) from stdin") as copy:
                copy.write_row(("never",))
                raise ValueError("given up")
        except Exception as e:
            see("copy given up", type(e).__name__, e)
    rows(c, "select count(*) from item where name = 'never'")

    # cursors of the server
    with c.transaction(), c.cursor("named", scrollable=True) as named:
        named.execute("select id from item order by id")
        see("named", named.fetchmany(3), named.scroll(10), named.fetchone())
    with c.cursor("held", withhold=True) as held:
        held.execute("select id from item order by id")
        held.itersize = 10
        see("held", sum(1 for row in held))
    with c.transaction():
        rows(c, "create temp table t on commit drop as select 1 as i")
        rows(c, "select * from t")
    rows(c, "select pg_advisory_lock(%s)", {"a": 1, "b": 2}[who])
    rows(c, "select pg_advisory_unlock(%s)", {"a": 1, "b": 2}[who])

    # notifications
    heard = []
    c.add_notify_handler(lambda n: heard.append((n.channel, n.payload, n.pid == c.info.backend_pid)))
    rows(c, sql.SQL("listen {}").format(sql.Identifier("Psycopg " + who)).as_string(c))
    with c.transaction():
        rows(c, "select pg_notify(%s, %s)", "Psycopg " + who, "from a block")
        see("before", heard)
    rows(c, "select 1")
    see("after", heard)
    rows(c, "unlisten *")

    # levels, characteristics, two phases
    c.autocommit = False
    c.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    c.read_only = who == "a"
    rows(c, "select current_setting('transaction_isolation'), current_setting('transaction_read_only')")
    fails(c, "insert into item (name) values ('read only?')")
    c.rollback()
    c.isolation_level = c.read_only = None
    rows(c, "set session characteristics as transaction isolation level repeatable read")
    c.commit()
    rows(c, "select current_setting('transaction_isolation')")
    c.commit()
    fails(c, "select 1/0")
    fails(c, "select 1")
    c.rollback()
    try:
        c.tpc_begin("of " + who)
        c.execute("select 1")
        c.tpc_prepare()
        c.tpc_rollback()
        see("two phases")
    except psycopg.Error as e:
        see("two phases", e.sqlstate)
        c.rollback()
    c.autocommit = True
    rows(c, "discard all")
    rows(c, "select nullif(current_setting('app.tenant', true), ''), current_schemas(false), current_setting('transaction_isolation')")
    for i in range(4):
        fails(c, "select %s + 1, current_setting('app.tenant'), '2020-07-01 12:00+00'::timestamptz", i)
    c.close()


harness.run(workflow)
