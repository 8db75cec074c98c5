import io

import psycopg2
import psycopg2.extensions as extensions
import psycopg2.extras as extras

import harness


def workflow(port, who, see):
    zone = {"a": "Asia/Tokyo", "b": "America/New_York"}[who]

    def connect():
        return psycopg2.connect(
            host=harness.HOST, port=port, user=harness.USER, password=harness.PASSWORD, dbname=harness.DATABASE,
            application_name="app " + who, options="-c statement_timeout=30s",
        )

    def rows(cursor, sql, *values):
        cursor.execute(sql, values or None)
        see(sql, cursor.fetchall() if cursor.description else cursor.statusmessage)

    def fails(cursor, sql, *values):
        try:
            cursor.execute(sql, values or None)
            see(sql, "worked")
        except psycopg2.Error as e:
            see(sql, type(e).__name__, e.pgcode, e.diag.message_primary, e.diag.statement_position, e.diag.constraint_name)

    c = connect()
    cursor = c.cursor()
    rows(cursor, "drop schema if exists %s cascade" % who)
    rows(cursor, "create schema " + who)
    rows(cursor, "set search_path = %s", who)
    rows(cursor, "set timezone = %s", zone)
    rows(cursor, "set datestyle = %s", {"a": "ISO, DMY", "b": "ISO, YMD"}[who])
    c.commit()
    see("parameters", c.get_parameter_status("TimeZone"), c.get_parameter_status("DateStyle"), c.encoding)

    rows(cursor, "create table item (id serial primary key, name text unique, at timestamptz)")
    rows(cursor, "insert into item (name, at) values (%s, %s) returning id", "one", "2020-07-01 12:00+00")
    rows(cursor, "select lastval(), currval('item_id_seq')")
    c.commit()
    rows(cursor, "select *, at::text from item")
    fails(cursor, "insert into item (name) values ('one')")
    fails(cursor, "select 1")
    c.rollback()
    rows(cursor, "savepoint s")
    fails(cursor, "select x")
    rows(cursor, "rollback to savepoint s")
    extras.execute_values(cursor, "insert into item (name) values %s", [("v%d" % i,) for i in range(300)], page_size=70)
    extras.execute_batch(cursor, "update item set at = now() where name = %s", [("v%d" % i,) for i in range(100)])
    c.commit()
    rows(cursor, "select count(*), count(at), current_schema() from item")

    # cursors of the server
    named = c.cursor("named")
    named.itersize = 7
    named.execute("select id from item order by id")
    see("named", sum(row[0] for row in named), named.rownumber)
    named.close()
    c.commit()
    held = c.cursor("held", withhold=True, scrollable=True)
    held.execute("select name from item order by id")
    c.commit()
    see("held", held.fetchmany(3))
    held.scroll(100, mode="absolute")
    see("held", held.fetchmany(2))
    held.close()
    c.commit()

    # COPY
    text = "".join("%d\t%s\n" % (i, who) for i in range(2000))
    rows(cursor, "create table copied (i int, s text)")
    cursor.copy_from(io.StringIO(text), "copied")
    out = io.StringIO()
    cursor.copy_expert("copy (select * from copied order by i) to stdout", out)
    see("copied", out.getvalue() == text, cursor.statusmessage, cursor.rowcount)
    try:
        cursor.copy_from(io.StringIO("x\ty\n"), "copied")
    except psycopg2.Error as e:
        see("copy", e.pgcode, e.diag.message_primary, e.diag.context)
    c.rollback()

    # large objects
    large = c.lobject(0, "wb")
    large.write(b"large " * 1000)
    large.seek(3)
    large.truncate(4000)
    oid = large.oid
    c.commit()
    large = c.lobject(oid, "rb")
    see("large object", len(large.read()), large.tell())
    large.unlink()
    c.commit()

    # what changes for a session, for a transaction, and for a function
    c.set_session(isolation_level="REPEATABLE READ", readonly=(who == "a"))
    rows(cursor, "select current_setting('transaction_isolation'), current_setting('transaction_read_only')")
    c.rollback()
    c.set_session(isolation_level="DEFAULT", readonly="DEFAULT", autocommit=True)
    rows(cursor, "select set_config('app.tenant', %s, false)", who)
    rows(cursor, "set role pg_monitor" if who == "a" else "set work_mem = '7MB'")
    rows(cursor, "select current_user, current_setting('work_mem'), current_setting('app.tenant')")
    rows(cursor, "reset role")
    rows(cursor, "create function f() returns text language plpgsql set work_mem = '9MB' as $$ begin"
         " raise notice 'at %%', current_setting('work_mem'); return current_setting('work_mem'); end $$", ())
    c.notices.clear()
    rows(cursor, "select f(), current_setting('work_mem')")
    cursor.callproc("f")
    see("callproc", cursor.fetchall(), c.notices)
    c.set_client_encoding("LATIN1" if who == "a" else "UTF8")
    rows(cursor, "select %s", "grün")
    see("encoding", c.encoding)
    rows(cursor, "prepare p (int) as select $1 + 1")
    rows(cursor, "execute p (%s)", 41)
    rows(cursor, "deallocate p")
    rows(cursor, "select pg_advisory_lock(hashtext(%s))", who)
    rows(cursor, "select pg_advisory_unlock(hashtext(%s)), pg_advisory_unlock(0)", who)
    rows(cursor, "create temp table t (i int) on commit preserve rows")
    rows(cursor, "insert into t values (1), (2)")
    rows(cursor, "select sum(i) from t")
    rows(cursor, "drop table t")

    # notifications
    rows(cursor, 'listen "news %s"' % who)
    rows(cursor, "select pg_notify(%s, 'self')", "news " + who)
    c.poll()
    see("notified", [(n.channel, n.payload, n.pid == c.info.backend_pid) for n in c.notifies])
    rows(cursor, "unlisten *")

    # two phases: refused alike where the server has no room for them
    c.autocommit = False
    try:
        c.tpc_begin(c.xid(1, who, "branch"))
        cursor.execute("insert into item (name) values ('two phases')")
        c.tpc_prepare()
        c.tpc_rollback()
        see("two phases")
    except psycopg2.Error as e:
        see("two phases", e.pgcode)
        c.rollback()

    c.rollback()
    c.reset()  # as pools do
    rows(cursor, "select current_setting('timezone') <> %s, current_setting('datestyle'), current_user", zone)
    rows(cursor, "select current_setting('statement_timeout'), current_setting('application_name')")
    rows(cursor, "select nullif(current_setting('app.tenant', true), ''), current_schemas(false)")
    see("status", c.get_transaction_status() == extensions.TRANSACTION_STATUS_INTRANS, c.encoding)
    c.close()

    # one that comes, goes, and comes again
    for i in range(5):
        with connect() as short, short.cursor() as cursor:
            rows(cursor, "select set_config('app.tenant', %s, true), current_setting('search_path')", who)
        short.close()


harness.run(workflow)
