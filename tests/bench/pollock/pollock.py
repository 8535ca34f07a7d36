"""Scores how almanac reads polluted CSV files: see corpus.py for the files and score.py for the score.

    pollock.py ALMANAC [--sample N] [--least SIMPLE WEIGHTED] [--worst N] [--write DIR]
    pollock.py csv | sniffer          Python's csv module instead, told the dialect or guessing it: to check the corpus

Every file is handed to `ALMANAC import --dump-records FILE`, which finds its dialect. Some systems that Pollock's
authors scored were told the dialect; of those that were not, Python's sniffer got 9.72 simple and 9.43 weighted,
CleverCSV 9.19 and 9.45, DuckDB 9.08 and 8.44.
"""
import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import corpus
from score import measure

SKIPPED = 77
csv.field_size_limit(1 << 24)


def parse(text: str, **dialect) -> list:
    return list(csv.reader(io.StringIO(text, newline=""), **dialect))


def read_with_csv(file: corpus.File) -> list | None:
    """Python's csv module, told the dialect."""
    dialect = {}
    if file.family.startswith("file_field_delimiter"):
        dialect["delimiter"] = {"3B": ";", "9": "\t"}.get(file.family.split("0x")[-1], " " if "2C" not in file.family else ",")
        dialect["skipinitialspace"] = "2C" in file.family
    if file.family == "file_quotation_char_0x27":
        dialect["quotechar"] = "'"
    if file.family == "file_escape_char_0x5C":
        dialect |= {"escapechar": "\\", "doublequote": False}
    return parse(file.data.decode(), **dialect)


def read_with_sniffer(file: corpus.File) -> list | None:
    try:
        return parse(file.data.decode(), dialect=csv.Sniffer().sniff(file.data.decode()))
    except csv.Error:
        return None


class Almanac:
    def __init__(self, program: str):
        self.program = program
        self.place = tempfile.TemporaryDirectory()

    def __call__(self, file: corpus.File) -> list | None:
        path = os.path.join(self.place.name, file.name)
        with open(path, "wb") as out:
            out.write(file.data)
        done = subprocess.run([self.program, "import", "--dump-records", path], capture_output=True, timeout=60)
        os.unlink(path)
        if done.returncode not in (0, 3):
            return None
        return parse(done.stdout.decode(errors="replace"))

    def can_dump(self) -> bool:
        done = subprocess.run([self.program, "help", "import"], capture_output=True, text=True)
        return "--dump-records" in done.stdout


def table(files: list, scores: list) -> tuple:
    """Simple and weighted score, and for each family its number of files and mean score. A sample stands for all:
    each family counts as much as it does among the 2,290."""
    whole, weights, found = defaultdict(int), defaultdict(float), defaultdict(list)
    for file in corpus.files():
        whole[file.family] += 1
        weights[file.family] += file.weight
    for file, score in zip(files, scores):
        found[file.family].append(sum(score))
    means = {family: sum(s) / len(s) for family, s in found.items()}
    simple = sum(means[f] * whole[f] for f in means) / sum(whole[f] for f in means)
    weighted = sum(means[f] * weights[f] for f in means) / sum(weights[f] for f in means)
    shares = {f: weights[f] / sum(weights.values()) for f in means}
    return simple, weighted, [(family, len(found[family]), shares[family], means[family]) for family in means]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", help="the almanac program, or csv, or sniffer")
    parser.add_argument("--sample", type=int, metavar="N", help="about N files of the 2,268 of four kinds, instead of all")
    parser.add_argument("--least", type=float, nargs=2, metavar=("SIMPLE", "WEIGHTED"), help="fail below these scores")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N files read worst")
    parser.add_argument("--write", metavar="DIR", help="write files and expected tables there, score nothing")
    own = parser.parse_args()
    files = list(corpus.sample(own.sample) if own.sample else corpus.files())
    if own.write:
        for kind in ("csv", "clean"):
            os.makedirs(os.path.join(own.write, kind), exist_ok=True)
        for file in files:
            with open(os.path.join(own.write, "csv", file.name), "wb") as out:
                out.write(file.data)
            with open(os.path.join(own.write, "clean", file.name), "w", newline="", encoding="utf-8") as out:
                csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(file.expected)
        return 0
    read = {"csv": read_with_csv, "sniffer": read_with_sniffer}.get(own.reader) or Almanac(own.reader)
    if isinstance(read, Almanac) and not read.can_dump():
        print(f"{own.reader} has no --dump-records: skipped")
        return SKIPPED
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        scores = list(pool.map(lambda file: measure(file.expected, read(file)), files))
    simple, weighted, families = table(files, scores)
    print(f"{'kind of file':34} {'files':>6} {'weight':>7} {'score':>7}")
    for family, n, weight, mean in sorted(families, key=lambda row: row[3]):
        print(f"{family:34} {n:6} {weight:7.2%} {mean:7.3f}")
    if own.worst:
        print("\nworst files")
        for file, score in sorted(zip(files, scores), key=lambda pair: sum(pair[1]))[:own.worst]:
            print(f"{file.name:40} {sum(score):7.3f}")
    print(f"\n{len(files)} files: simple {simple:.3f}, weighted {weighted:.3f}")
    return 0 if own.least is None or (simple >= own.least[0] and weighted >= own.least[1]) else 1


if __name__ == "__main__":
    sys.exit(main())
