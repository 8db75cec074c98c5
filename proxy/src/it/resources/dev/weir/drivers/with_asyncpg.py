import asyncio
import json

import asyncpg

import harness


async def work(port, who, see):
    zone = {"a": "Asia/Tokyo", "b": "Europe/Berlin"}[who]
    at = dict(host=harness.HOST, port=port, user=harness.USER, password=harness.PASSWORD, database=harness.DATABASE)

    async def prepare(connection):
        await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")

    async def set_up(connection):  # each time it is taken from the pool
        await connection.fetch("select set_config('app.tenant', $1, false), set_config('search_path', $1, false)", who)

    pool = await asyncpg.create_pool(
        min_size=1, max_size=2, init=prepare, setup=set_up, server_settings={"timezone": zone, "application_name": "app " + who}, **at
    )

    async def rows(c, sql, *values):
        try:
            see(sql, [tuple(row) for row in await c.fetch(sql, *values)])
        except asyncpg.PostgresError as e:
            see(sql, type(e).__name__, e.sqlstate, e.message)

    async with pool.acquire() as c:
        await c.execute("drop schema if exists %s cascade; create schema %s" % (who, who))
        await c.execute("create type mood as enum ('sad', 'ok'); create table item (id serial primary key, name text unique, doc jsonb, mood mood, at timestamptz)")
        see(c.get_settings().TimeZone, c.get_settings().application_name)
        for i in range(4):
            await rows(c, "insert into item (name, doc, mood) values ($1, $2, $3) returning id, doc, mood", "n%d" % i, {"who": who}, "ok")
        await rows(c, "insert into item (name) values ('n1')")
        await rows(c, "select current_setting('app.tenant'), current_schema(), extract(hour from timestamptz '2020-07-01 12:00+00')")
        await c.executemany("insert into item (name) values ($1)", [("m%d" % i,) for i in range(200)])
        see(await c.copy_records_to_table("item", records=[("c%d" % i, None) for i in range(300)], columns=["name", "at"]))
        see(await c.fetchval("select count(*) from item"), await c.fetchrow("select * from item where id = 1"))
        # a migration between statements that are cached
        statement = await c.prepare("select * from item where id = $1")
        see([a.name for a in statement.get_attributes()], statement.get_parameters()[0].name)
        see(await statement.fetchrow(1))
        await rows(c, "select * from item where id = $1", 2)
        await c.execute("alter table item add column more int default 5")
        await rows(c, "select * from item where id = $1", 2)
        await rows(c, "select * from item where id = $1", 2)
        await c.execute("alter type mood add value 'happy'")
        await rows(c, "update item set mood = $1 where id = 1 returning mood", "happy")

    async with pool.acquire() as c:
        await rows(c, "select current_setting('app.tenant'), current_setting('timezone'), nullif(current_setting('app.other', true), '')")
        async with c.transaction():
            await rows(c, "select set_config('app.other', $1, true)", who)
            try:
                async with c.transaction():
                    await c.execute("set local work_mem = '6MB'")
                    await c.execute("insert into item (name) values ('n1')")
            except asyncpg.UniqueViolationError as e:
                see("inner", e.constraint_name)
            await rows(c, "select current_setting('app.other'), current_setting('work_mem')")
            total = 0
            async for row in c.cursor("select id from item order by id", prefetch=7):
                total += row["id"]
            see("cursor", total)
            cursor = await c.cursor("select id from item where id > $1 order by id", 10)
            see(await cursor.fetch(3), await cursor.forward(5), await cursor.fetchrow())
        try:
            async with c.transaction(isolation="serializable", readonly=True, deferrable=True):
                await rows(c, "show transaction_isolation")
                await c.execute("delete from item")
        except asyncpg.PostgresError as e:
            see(e.sqlstate, e.message)
        # what the pool takes away when the connection goes back
        await c.execute("set app.other = 'left'; set work_mem = '9MB'; set role pg_monitor")
        await c.execute("reset role")
        await c.execute("create temp table t as select 1 as i")
        see(await c.fetchval("select i from t"))
        await c.execute("drop table t")
        await c.fetch("select pg_advisory_lock(hashtext($1))", who)

    for i in range(3):
        async with pool.acquire() as c:
            await rows(c, "select nullif(current_setting('app.other', true), ''), current_setting('work_mem'), current_setting('timezone'), current_user")
            await rows(c, "select current_setting('app.tenant'), current_schemas(false)")
            await rows(c, "select count(*) from pg_locks where locktype = 'advisory' and objid = hashtext($1)::oid"
                       " and database = (select oid from pg_database where datname = current_database())", who)

    # two of the pool at once, one of which hears the other
    heard = asyncio.Queue()
    async with pool.acquire() as one:
        await one.add_listener("asyncpg " + who, lambda c, pid, channel, payload: heard.put_nowait((channel, payload)))
        async with pool.acquire() as two:
            async with two.transaction():
                await two.fetch("select pg_notify($1, 'first')", "asyncpg " + who)
            await two.fetch("select pg_notify($1, 'second')", "asyncpg " + who)
        see("heard", await asyncio.wait_for(heard.get(), 10), await asyncio.wait_for(heard.get(), 10))
        await one.reset()

    # a query that is given up, and the connection afterwards
    async with pool.acquire() as c:
        try:
            await c.fetch("select pg_sleep(20)", timeout=0.2)
        except (asyncio.TimeoutError, asyncpg.PostgresError) as e:
            see("given up", type(e).__name__)
        await rows(c, "select current_setting('app.tenant')")
    await pool.close()


def workflow(port, who, see):
    asyncio.run(work(port, who, see))


harness.run(workflow)
