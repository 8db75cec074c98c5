# shellcheck shell=bash
# What benchmarks have in common that run several Weirs in turn. To be sourced behind lib.sh; port and pid are the caller's, by name.

answers() { PGCONNECT_TIMEOUT=5 psql -XAtq -h 127.0.0.1 -p "${port[$1]}" -U "$user" -c 'SELECT 1' postgres; }

declare -A port pid
stop() {
  local name
  for name in "${!pid[@]}"; do kill "${pid[$name]}" 2>/dev/null || true; done
}

start_weir() { # start_weir NAME LAUNCHER [LINE…]: with lines of its configuration
  port[$1]=$(free_port)
  {
    cat <<END
[databases]
postgres = host=127.0.0.1 port=${port[direct]} user=$user
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port[$1]}
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 9500
worker_loops = 1
END
    printf '%s\n' "${@:3}"
  } >"$work/$1.ini"
  WEIR_BUILD=never WEIR_LOG_LEVEL=WARN "$2" run "$work/$1.ini" >"$work/$1.log" 2>&1 &
  pid[$1]=$!
  await answers "$1"
}

load() { # load NAME MODE CLIENTS SECONDS
  timeout 120 pgbench -n -S -M "$2" -c "$3" -j 2 -T "$4" -h 127.0.0.1 -p "${port[$1]}" -U "$user" postgres 2>&1
}

allocated() { # what fills Eden, and how often it was emptied
  "$java/jstat" -gc "${pid[$1]}" 2>/dev/null |
    awk 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { printf "%.0f\n", ($at["YGC"] * $at["EC"] + $at["EU"]) * 1024 }'
}

measure() { # measure NAME MODE CLIENTS: CPU without the JVM's compilers in ns, and bytes allocated, of each transaction
  local cpu bytes count
  cpu=$(own_cpu_ns "${pid[$1]}")
  bytes=$(allocated "$1")
  count=$(load "$1" "$2" "$3" "$seconds" | transactions)
  [[ ${count:-0} -gt 0 ]] || { echo "bench: no result: $1 $2 $3 clients; see $work/$1.log" >&2; keep=true; exit 1; }
  echo "$((($(own_cpu_ns "${pid[$1]}") - cpu) / count)) $((($(allocated "$1") - bytes) / count))"
}

warm_up() { # warm_up MODE CLIENTS NAME…: until the compilers of all take less than 3 % of what these take themselves, or 15 times
  local round name busy before after all compilers
  for ((round = 1; round <= 15; round++)); do
    busy=''
    for name in "${@:3}"; do
      read -r -a before < <(cpu_ns "${pid[$name]}")
      load "$name" "$1" "$2" 5 >/dev/null
      read -r -a after < <(cpu_ns "${pid[$name]}")
      all=$((after[0] - before[0])) compilers=$((after[1] - before[1]))
      ((compilers * 100 < (all - compilers) * 3)) || busy+=" $name"
    done
    [[ -n $busy ]] || return 0
  done
  echo "bench: the compilers are still busy:$busy" >&2
}

# For awk: the quartile q of list[1..n], which is sorted.
# shellcheck disable=SC2034
quartile='function quartile(list, n, q,    at, low) { at = 1 + (n - 1) * q; low = int(at); return low >= n ? list[n] : list[low] + (at - low) * (list[low + 1] - list[low]) }'
