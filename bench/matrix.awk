# Medians of the runs, and of the ratios to PgBouncer in the same round. The ratios go to the file `output` as well.
# That of CPU is without the JVM's compilers there: they are done once it is warm, which takes longer than a short run.
# With median.awk. Input: mode, clients, round, name, tps, cpu, p50, p99, rss, jit.
# The median of a column over the rounds; divided by PgBouncer's of the same round if asked to.
function middle(cell, base, column, ratio,    r, n, list) {
  n = 0
  for (r = 1; r <= rounds; r++) {
    if (!((cell, r, column) in value)) continue
    if (!ratio) list[++n] = value[cell, r, column]
    else if (value[base, r, column] > 0) list[++n] = value[cell, r, column] / value[base, r, column]
  }
  return median(list, n)
}
{
  cell = $2 "\t" $1 "\t" $4
  if (!(cell in seen)) { seen[cell] = 1; order[++cells] = cell }
  if ($3 > rounds) rounds = $3
  for (i = 5; i <= 10; i++) value[cell, $3, i] = $i
  value[cell, $3, 11] = $6 - $10
}
END {
  for (c = 1; c <= cells; c++) {
    cell = order[c]
    split(cell, key, "\t")
    base = key[1] "\t" key[2] "\tpgbouncer"
    for (i = 5; i <= 10; i++) m[i] = middle(cell, base, i, 0)
    tps = middle(cell, base, 5, 1)
    cpu = middle(cell, base, 6, 1)
    latency = middle(cell, base, 7, 1)
    printf "| %s | %s | %s | %.0f | %.2f | %s | %s | %s | %.2f | %.2f | %s |\n", key[1], key[2], key[3], m[5], tps,
      (m[6] > 0 ? sprintf("%.1f", m[6]) : ""), (m[6] > 0 ? sprintf("%.2f", cpu) : ""), (m[10] > 0 ? sprintf("%.1f", m[10]) : ""), m[7], m[8], (m[9] > 0 ? sprintf("%.0f", m[9] / 1024) : "")
    print cell "\t" tps "\t" middle(cell, base, 11, 1) "\t" latency "\t" (m[7] > 0 ? m[8] / m[7] : 0) > output
  }
}
