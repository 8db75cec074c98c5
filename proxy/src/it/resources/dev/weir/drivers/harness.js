// Performs a workflow for two clients at once at each place that the arguments name; see harness.py.
"use strict";

exports.address = (port) => ({
  host: "127.0.0.1", port, user: "postgres", password: "postgres", database: process.env.PGDATABASE,
});

exports.run = async (workflow) => {
  for (const place of process.argv.slice(2)) {
    const [port, connections] = place.split("/").map(Number);
    const seen = { a: [], b: [] };
    await Promise.all(Object.keys(seen).map(async (who) => {
      const see = (...values) => seen[who].push(values.map((v) => typeof v === "string" ? v : JSON.stringify(v)).join(" "));
      try {
        await workflow(port, who, see, connections);
      } catch (e) {
        see(e.stack);
      }
    }));
    console.log("==");
    for (const who in seen) {
      for (const line of seen[who]) {
        console.log(who, line);
      }
    }
  }
  process.exit(0);
};
