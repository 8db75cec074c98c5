"use strict";
const postgres = require("postgres");
const { address, run } = require("./harness.js");

const ZONES = { a: "Asia/Tokyo", b: "Europe/Berlin" };

run(async (port, who, see) => {
  const notices = [];
  const sql = postgres({
    ...address(port), username: "postgres", max: 2, onnotice: (n) => notices.push(n.message), fetch_types: true,
    connection: { application_name: "app " + who, TimeZone: ZONES[who], search_path: who },
  });
  const told = async (label, query) => {
    try {
      see(label, await query);
    } catch (e) {
      see(label, e.code, e.message);
    }
  };
  await sql.unsafe(`drop schema if exists ${who} cascade; create schema ${who}`);
  await sql`create table item (id serial primary key, name text unique, doc jsonb, tags text[], at timestamptz)`;
  await told("insert", sql`insert into item ${sql([{ name: "one", doc: { who }, tags: ["x", who] }, { name: "two", doc: {}, tags: [] }])} returning id, tags`);
  // pipelined on two connections
  see((await Promise.all([...Array(40).keys()].map((i) => sql`select ${i}::int as n, current_setting('timezone') as z, current_schema() as s`))).map((r) => r[0].n + r[0].z + r[0].s));
  await told("dynamic", sql`select ${sql(["id", "name"])} from item where name in ${sql(["one", "two"])} order by id`);
  await told("taken", sql`insert into item (name) values ('one')`);
  await told("no column", sql`select no_such_column`);
  await told("hour", sql`select to_char(timestamptz '2020-07-01 12:00+00', 'HH24') as h`);

  // blocks, savepoints, pipelines in blocks
  await told("begin", sql.begin(async (sql) => {
    await sql`select set_config('app.tenant', ${who}, true)`;
    await sql.savepoint(async (sql) => {
      await sql`insert into item (name) values ('one')`;
    }).catch((e) => see("savepoint", e.code));
    const [a, b, c] = await Promise.all([sql`select current_setting('app.tenant') as t`, sql`select count(*)::int as n from item`, sql`update item set at = now() returning name`]);
    return [a[0].t, b[0].n, c.map((row) => row.name)];
  }));
  await told("pipelined block", sql.begin("isolation level serializable", (sql) => [sql`show transaction_isolation`, sql`select 1 as one`]));
  await told("failing block", sql.begin((sql) => [sql`insert into item (name) values ('gone')`, sql`select 1/0`]));
  await told("count", sql`select count(*)::int as n, nullif(current_setting('app.tenant', true), '') as t from item`);

  // cursors, COPY, and a change of a table between statements that are prepared
  const pages = [];
  await sql`select generate_series(1, 95) as i`.cursor(10, (rows) => { pages.push(rows.length); });
  see("cursor", pages);
  const writable = await sql`copy item (name) from stdin`.writable();
  await new Promise((resolve, reject) => {
    writable.on("error", reject).on("finish", resolve);
    for (let i = 0; i < 500; i++) {
      writable.write(`copied ${i}\n`);
    }
    writable.end();
  });
  let bytes = 0;
  for await (const chunk of await sql`copy (select name from item order by id) to stdout`.readable()) {
    bytes += chunk.length;
  }
  see("copied", bytes);
  const reserved = await sql.reserve();
  for (let i = 0; i < 2; i++) {
    await told("before", reserved`select * from item where name = ${"two"}`.then((rows) => rows.map(({ at, ...rest }) => rest)));
  }
  await reserved`create temp table t as select ${who}::text as v`;
  await told("temporary", reserved`select v from t`);
  await reserved`drop table t`;
  await told("kept", reserved`select set_config('app.other', ${who}, false) as v`);
  await told("kept", reserved`select current_setting('app.other') as v`);
  await told("locked", reserved`select pg_advisory_lock(hashtext(${who}))::text as v`);
  await told("unlocked", reserved`select pg_advisory_unlock(hashtext(${who})) as v`);
  reserved.release();
  await sql`alter table item add column more int default 9`;
  await told("after", sql`select *, 1 as x from item where name = ${"two"}`.then((rows) => rows.map(({ at, ...rest }) => rest)));
  await sql`do $$ begin raise notice 'noticed'; end $$`;
  see("notices", notices.filter((n) => n === "noticed"));

  // notifications
  const heard = [];
  let full;
  const all = new Promise((resolve) => (full = resolve));
  const { unlisten } = await sql.listen("news " + who, (payload) => heard.push(payload) === 5 && full());
  for (let i = 0; i < 5; i++) {
    await sql.notify("news " + who, who + i);
  }
  await all;
  see("heard", heard);
  await unlisten();

  // a query that is cancelled
  const sleeping = sql`select pg_sleep(20)`.execute();
  setTimeout(() => sleeping.cancel(), 300);
  await told("cancelled", sleeping);
  await told("then", sql`select current_setting('timezone') as z, current_schema() as s`);
  await sql.end();
});
