# shellcheck shell=bash disable=SC2034
# What the benchmarks have in common. To be sourced: sets root, java, pg, weir, user, and makes the folder work.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
java=${JAVA_HOME:-$(ls -d /usr/lib/jvm/*25* | head -n 1)}/bin
pg=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

# The distribution, which is what users run, where ./dev dist has built one; else the checkout.
weir=$root/weir
for unpacked in "$root"/target/dist/*/bin/weir; do
  if [[ -x $unpacked ]]; then weir=$unpacked; fi
done

say() { printf '%s\n' "$*" >&2; }

need() { # need TOOL…: all of them are installed
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "bench: missing: $tool" >&2; exit 1; }
  done
}

user=$(id -un)
as_user() { "$@"; }
if ((EUID == 0)); then
  user=postgres # PostgreSQL and PgBouncer refuse to run as root
  as_user() { runuser -u postgres -- "$@"; }
fi

keep=false
make_work() { # the folder work is deleted at the end, unless keep is true; stop is the caller's
  work=$(mktemp -d /dev/shm/weir-bench.XXXXXX)
  ((EUID != 0)) || chown "$user" "$work"
  trap end EXIT
  trap 'exit 130' INT TERM
}
end() {
  stop
  local data
  for data in "$work"/*/postmaster.pid; do
    [[ ! -e $data ]] || as_user "$pg/pg_ctl" -D "${data%/*}" -m immediate stop >/dev/null 2>&1 || true
  done
  $keep || rm -rf -- "$work"
}

free_port() {
  local candidate
  while candidate=$((20000 + RANDOM % 10000)) && (: <"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; do :; done
  echo "$candidate"
}

await() { # await COMMAND…: until it succeeds
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  echo "bench: not so within 30 s: $*; see $work" >&2
  keep=true
  exit 1
}

start_postgres() { # start_postgres NAME PORT [LINE…]: with lines of its configuration
  as_user "$pg/initdb" -D "$work/$1" -A trust -U "$user" --no-sync >/dev/null
  printf '%s\n' "port = $2" "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" "fsync = off" "${@:3}" |
    as_user tee -a "$work/$1/postgresql.conf" >/dev/null
  as_user "$pg/pg_ctl" -D "$work/$1" -l "$work/$1.log" -w start >/dev/null
}

cpu_ns() { # cpu_ns PID: what the scheduler gave all its threads; then what of that the JVM's compilers had
  local task sum=0 compilers=0 nanos name
  for task in /proc/"$1"/task/*; do
    { read -r nanos _ <"$task/schedstat" && read -r name <"$task/comm"; } 2>/dev/null || continue
    sum=$((sum + nanos))
    [[ $name != C[12]\ * ]] || compilers=$((compilers + nanos))
  done
  echo "$sum $compilers"
}

own_cpu_ns() { # own_cpu_ns PID: without the JVM's compilers
  local all compilers
  read -r all compilers < <(cpu_ns "$1")
  echo $((all - compilers))
}

transactions() { sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p'; } # of what pgbench said
tps() { sed -n 's/^tps = \([0-9.]*\).*/\1/p'; }

commit() { git -C "$root" rev-parse --short HEAD 2>/dev/null || echo '?'; }
machine() { # machine [PROGRAM…]: a line on what was measured with
  echo "$(nproc) CPUs, kernel $(uname -r), ${*:+$* }Weir $(commit), load at the end $(cut -d' ' -f1-3 /proc/loadavg)."
}

# For awk: the median of list[1..n], which it sorts.
median=$(<"$root/bench/median.awk")
