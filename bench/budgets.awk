# The budgets: what was asked for, what was measured, met or not. Input: clients, mode, name, ratios of tps, cpu and p50 to PgBouncer, p99/p50.
function line(what, limit, measured, most) {
  printf "| %s | %s %.2f | %.2f | %s |\n", what, (most ? "≤" : "≥"), limit, measured, (most ? measured <= limit : measured >= limit) ? "met" : "**not met**"
}
{ tps[$1, $2, $3] = $4; cpu[$1, $2, $3] = $5; latency[$1, $2, $3] = $6; tail[$1, $2, $3] = $7 }
END {
  split("16 200 1000", counts, " ")
  split("simple extended", modes, " ")
  limit["cpu", "weir-epoll"] = "1.10 1.00 0.92"; limit["cpu", "weir-io_uring"] = "0.98 0.90 0.85"
  limit["tps", "weir-epoll"] = "0.97 1.02 1.08"; limit["tps", "weir-io_uring"] = "1.00 1.10 1.15"
  prepared["weir-epoll"] = 1.20; prepared["weir-io_uring"] = 1.12
  added["weir-epoll"] = 1.10; added["weir-io_uring"] = 1.15
  rss["weir-epoll"] = rss_epoll; rss["weir-io_uring"] = rss_uring
  start["weir-epoll"] = start_epoll; start["weir-io_uring"] = start_uring
  while ((getline row < calls) > 0) { split(row, f, "\t"); call[f[1]] = f[2] }
  while ((getline row < copies) > 0) { split(row, f, "\t"); out[f[1]] += f[2]; into[f[1]] += f[3] }
  while ((getline row < more) > 0) { split(row, f, "\t"); other[f[1], f[2]] = f[3] }
  idle["weir-epoll"] = 5000; idle["weir-io_uring"] = 4000
  for (t = 1; t <= 2; t++) {
    name = t == 1 ? "weir-epoll" : "weir-io_uring"
    for (m = 1; m <= 2; m++) {
      split(limit["cpu", name], l, " ")
      for (c = 1; c <= 3; c++) if ((counts[c], modes[m], name) in cpu) line(name ": CPU per transaction (without JIT), " modes[m] ", " counts[c] " clients, × PgBouncer", l[c], cpu[counts[c], modes[m], name], 1)
    }
    for (c = 1; c <= 3; c++) if ((counts[c], "prepared", name) in cpu) line(name ": CPU per transaction (without JIT), prepared, " counts[c] " clients, × PgBouncer's simple", prepared[name], cpu[counts[c], "prepared", name], 1)
    split(limit["tps", name], l, " ")
    for (c = 1; c <= 3; c++) if ((counts[c], "simple", name) in tps) line(name ": throughput, simple, " counts[c] " clients, × PgBouncer", l[c], tps[counts[c], "simple", name], 0)
    if ((1000, "simple", name) in tail) line(name ": p99 / p50, simple, 1000 clients", 3, tail[1000, "simple", name], 1)
    if ((1, "simple", "direct") in latency && latency[1, "simple", "direct"] < 1) line(name ": added latency, 1 client, × PgBouncer's", added[name], (latency[1, "simple", name] - latency[1, "simple", "direct"]) / (1 - latency[1, "simple", "direct"]), 1)
    if (t == 1 && call["pgbouncer"] > 0) line(name ": system calls per transaction, × PgBouncer", 1.1, call[name] / call["pgbouncer"], 1)
    if (out["pgbouncer"] > 0) { line(name ": COPY out, MB/s × PgBouncer", 0.9, out[name] / out["pgbouncer"], 0); line(name ": COPY in, MB/s × PgBouncer", 0.9, into[name] / into["pgbouncer"], 0) }
    for (m = 1; m <= 3; m++) {
      mode = m == 3 ? "prepared" : modes[m]
      if ((5000, mode, name) in tps && (200, mode, name) in tps) line(name ": throughput, " mode ", 5000 clients, × PgBouncer, against the same at 200", 0.9, tps[5000, mode, name] / tps[200, mode, name], 0)
    }
    if (other["allocation", name] != "") line(name ": heap allocation per simple transaction, B", 256, other["allocation", name], 1)
    if (other["idle_rss", name] != "") line(name ": idle client, RSS, B", idle[name], other["idle_rss", name], 1)
    if (other["cold", name] != "") line(name ": 64 clients on a cold pool, × 20 direct logins", 3, other["cold", name], 1)
    line(name ": process without clients, MB", 120, rss[name] / 1024, 1)
    line(name ": start to first answer, ms", 600, start[name], 1)
  }
}
