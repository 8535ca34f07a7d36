"""Holds the reader against csv-spectrum and csv-test-data: what their JSON says is what the reader gives, and the
files called bad- are reported. Skips (exit 77) when they are not there.

    python3 test_conformance.py DUMP_RECORDS DATA
"""
import json
import pathlib
import subprocess
import sys

dump, data = sys.argv[1], pathlib.Path(sys.argv[2])
# wrong upstream: the JSON has another number and is no list
UPSTREAM_WRONG = {"location_coordinates"}
# the reader knows no header: these are for the importer
NOT_THE_READERS = {"bad-header-less-fields", "bad-header-more-fields", "bad-header-no-header", "bad-header-wrong-header"}


def records(path):
    out = subprocess.run([dump, str(path)], check=True, capture_output=True).stdout
    return [json.loads(line) for line in out.decode().splitlines()]


def expected(rows, meant):
    """Whether rows are what the JSON means: lists of fields, or objects by header."""
    if meant and isinstance(meant[0], dict):
        header, rows = rows[0], rows[1:]
        return [dict(zip(header, row)) for row in rows] == meant
    return rows == meant or (meant == [] and len(rows) == 1)


def main():
    if not (data / "csv-spectrum").is_dir():
        print("no conformance files; skipped")
        return 77
    failed = checked = 0
    for path in sorted(data.glob("csv-spectrum/csvs/*.csv")) + sorted(data.glob("csv-test-data/csv/*.csv")):
        name = path.stem
        if name in NOT_THE_READERS or name in UPSTREAM_WRONG:
            continue
        rows = records(path)
        if name.startswith("bad-"):
            good = any(isinstance(row, dict) for row in rows) and all(
                row["line"] == 2 for row in rows if isinstance(row, dict)
            )
        else:
            meant = (path.parent.parent / "json" / (name + ".json")).read_text()
            if b"\r" not in path.read_bytes():  # a copy whose line ends were changed
                meant = meant.replace("\\r\\n", "\\n")
            meant = json.loads(meant)
            good = all(isinstance(row, list) for row in rows) and expected(rows, meant)
        checked += 1
        if not good:
            failed += 1
            print(f"{path.name}: {rows}")
    print(f"{checked - failed} of {checked} files as they should be")
    return 1 if failed else 0


sys.exit(main())
