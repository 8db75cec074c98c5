"use strict";
const { Client, Pool } = require("pg");
const { address, run } = require("./harness.js");

const ZONES = { a: "Asia/Tokyo", b: "Europe/Berlin" };
const JOBS = 40;

run(async (port, who, see) => {
  const pool = new Pool({ ...address(port), max: 3, application_name: "app " + who });
  pool.on("connect", (c) => c.query(`set search_path = ${who}; set timezone = '${ZONES[who]}'; set app.tenant = '${who}'`));
  const rows = async (c, query, values) => {
    const text = query.text ?? query;
    try {
      const result = await c.query(query, values);
      see(text, result.rows ?? result.map((one) => one.rows), result.command ?? "");
    } catch (e) {
      see(text, e.code ?? e.message, e.message, e.position ?? "", e.constraint ?? "");
    }
  };
  await pool.query(`drop schema if exists ${who} cascade; create schema ${who}`);
  await pool.query("create table item (id serial primary key, name text unique, doc jsonb)");

  // prepared statements with names, from several connections of the pool at once
  for (let i = 0; i < 3; i++) {
    const all = await Promise.all([...Array(12).keys()].map((k) =>
      pool.query({ name: "insert", text: "insert into item (name, doc) values ($1, $2) returning doc, current_setting('app.tenant') as tenant", values: [`n${i} ${k}`, { who }] })));
    see(all.map((result) => result.rows[0].tenant).join(""), all[0].rows[0].doc);
  }
  await rows(pool, { name: "by name", text: "select name, doc from item where name = $1" }, ["n1 1"]);
  await rows(pool, "select current_setting('timezone') as z, to_char(timestamptz '2020-07-01 12:00+00', 'HH24') as h, $1::int + 1 as n", [41]);
  await rows(pool, "insert into item (name) values ('n1 1')");
  await rows(pool, "select 1 as one; select 2 as two; show timezone");
  await rows(pool, "select $1::int as n", ["x"]);

  // one connection, with a block that fails, and one that does not
  const c = await pool.connect();
  await rows(c, "begin");
  await rows(c, "set local app.tenant = 'inner'");
  await rows(c, "select no_such_column");
  await rows(c, "select 1");
  await rows(c, "rollback");
  await rows(c, "select current_setting('app.tenant') as tenant");
  await rows(c, "begin isolation level repeatable read read only");
  await rows(c, { name: "count", text: "select count(*) from item" });
  await rows(c, "commit");
  for (let i = 0; i < 3; i++) {
    await rows(c, { name: "all", text: "select * from item where id = $1" }, [1]);
  }
  await rows(c, "alter table item add column more int default 3");
  for (let i = 0; i < 2; i++) {
    await rows(c, { name: "all anew", text: "select * from item where id = $1 " }, [1]);
  }
  await rows(c, "create temp table t as select 7 as i");
  await rows(c, "select i from t");
  await rows(c, "drop table t");
  c.release();

  // Workers as graphile-worker and pg-boss have them: one connection listens, others take jobs, each of which once.
  await pool.query("create table job (id int primary key, taken text, tries int default 0)");
  await pool.query(`create function ring() returns trigger language plpgsql as $$ begin perform pg_notify('jobs ${who}', new.id::text); return null; end $$`);
  await pool.query("create trigger ring after insert on job for each row execute function ring()");
  const listener = new Client({ ...address(port), application_name: "listener " + who });
  await listener.connect();
  const rung = [];
  const done = [];
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const take = async (worker) => {
    const c = await pool.connect();
    try {
      for (;;) {
        await c.query("begin");
        await c.query("select set_config('app.worker', $1, true)", [worker]);
        const { rows } = await c.query({
          name: "take",
          text: `update job set taken = current_setting('app.worker'), tries = tries + 1 where id =
                 (select id from job where taken is null order by id for update skip locked limit 1) returning id`,
        });
        await c.query("commit");
        if (rows.length === 0) {
          return;
        }
        done.push(rows[0].id);
      }
    } finally {
      c.release();
      if (done.length === JOBS && rung.length === JOBS) {
        finish();
      }
    }
  };
  listener.on("notification", ({ channel, payload }) => {
    rung.push(channel + payload);
    take("woken").catch((e) => see(e.stack));
  });
  await listener.query(`listen "jobs ${who}"`);
  for (let i = 0; i < JOBS; i += 4) {
    await pool.query("insert into job (id) select generate_series($1::int, $1::int + 3)", [i]);
  }
  await finished;
  see("rung", rung);
  see("done", done.sort((x, y) => x - y));
  await rows(pool, "select count(*), sum(tries), string_agg(distinct taken, ',') as by from job");
  await rows(pool, "select pg_try_advisory_xact_lock(hashtext($1)) as locked", [who]);
  await listener.query("unlisten *");
  await listener.query(`notify "jobs ${who}", 'nobody listens'`);
  await listener.end();
  see("rung", rung.length);
  await pool.end();
});
