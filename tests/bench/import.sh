#!/bin/sh
# How fast `almanac import` is beside others: CPU seconds (user and system) of whole processes, run in turns.
#     tests/bench/import.sh [ROWS [ROUNDS [ARGUMENTS of import_data.py]]]      (5000000 rows, 3 rounds)
# sqlite3 imports untyped, and typed with a text key (WITHOUT ROWID); DuckDB (when PYTHON has its package) with a primary
# key, one thread. Journal and full synchronisation are on everywhere. Needs 2 GB in TMPDIR. Prints the median of each,
# what it is of almanac's, peak memory and bytes a row; and the growth from a tenth of the rows. Never part of the
# test suite.
set -eu
cd "$(dirname "$0")/../.."
ROWS=${1:-5000000} ROUNDS=${2:-3}
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
ALMANAC=$(realpath "${ALMANAC:-build/almanac}") PYTHON=${PYTHON:-python3}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 tests/bench/import_data.py --rows "$ROWS" "$@" >"$DIR/all.csv"
python3 tests/bench/import_data.py --rows $((ROWS / 10)) "$@" >"$DIR/tenth.csv"
cd "$DIR"
cat >duck.py <<'END'
import duckdb
connection = duckdb.connect("x.db", config={"threads": 1})
connection.execute("""CREATE TABLE t(symbol VARCHAR, timestamp TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE,
                      close DOUBLE, volume BIGINT, PRIMARY KEY(symbol, timestamp))""")
connection.execute("INSERT INTO t SELECT * FROM read_csv('all.csv')")
connection.close()
END
TYPED='CREATE TABLE t(symbol TEXT, timestamp TEXT, open REAL, high REAL, low REAL, close REAL, volume INTEGER,
PRIMARY KEY(symbol, timestamp)) WITHOUT ROWID'

# measure NAME COMMAND...: appends "CPU KB bytes" to NAME.log
measure() {
    name=$1
    shift
    /usr/bin/time -o time.txt -f '%U %S %M' "$@" >/dev/null
    printf '%s %s\n' "$(cat time.txt)" "$(stat -c %s x.db)" >>"$name.log"
    rm -f x.db x.db-wal x.db-shm x.db.wal
}

for _ in $(seq "$ROUNDS"); do
    measure almanac "$ALMANAC" --db x.db -q import all.csv --by symbol
    measure tenth "$ALMANAC" --db x.db -q import tenth.csv --by symbol
    measure untyped sqlite3 x.db -cmd '.mode csv' '.import all.csv t'
    measure typed sqlite3 x.db -cmd "$TYPED" -cmd '.mode csv' '.import --skip 1 all.csv t'
    if "$PYTHON" -c 'import duckdb' 2>/dev/null; then measure duckdb "$PYTHON" duck.py; fi
done

# median of a log's CPU seconds
median() {
    awk '{ print $1 + $2 }' "$1.log" | sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

OURS=$(median almanac)
printf '%s rows, median of %s rounds\n' "$ROWS" "$ROUNDS"
for name in almanac untyped typed duckdb; do
    [ -f "$name.log" ] || continue
    awk -v name="$name" -v cpu="$(median "$name")" -v ours="$OURS" -v rows="$ROWS" '
        $3 > peak { peak = $3 }
        END { printf "%-8s %6.2f CPU s  %5.2f x almanac  %4d MB resident  %5.1f bytes a row\n", name, cpu, cpu / ours, peak / 1024, $4 / rows }' "$name.log"
done
awk -v all="$OURS" -v tenth="$(median tenth)" 'BEGIN { printf "a tenth of the rows: %.3f CPU s; ten times as many take %.2f times as long\n", tenth, all / tenth }'
