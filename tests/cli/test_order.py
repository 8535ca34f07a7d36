"""However the rows of a file are arranged, and however little memory they get: the same is stored, rejected and
said. What is right is worked out here, row by row.

    python3 test_order.py ALMANAC
"""
import json
import random
import sqlite3
import unittest

import program

MINUTE = 60_000_000
START = 1_577_836_800_000_000  # 2020-01-01
SYMBOLS, BARS = 6, 700


def make_rows(seed):
    """(symbol, minute, value) in order; every tenth time comes twice or three times, the last symbols are irregular."""
    rng, rows = random.Random(seed), []
    for symbol in range(SYMBOLS):
        minute = 100 * symbol
        for _ in range(BARS):
            for _ in range(rng.choice([1] * 18 + [2, 3])):
                rows.append((f"S{symbol}", minute, len(rows)))
            minute += 3 if rng.random() < 0.02 else 1
            if symbol >= SYMBOLS - 2:
                minute += rng.randrange(9)
    return rows


def arrangements(rows, seed):
    rng = random.Random(seed)
    shuffled = rows[:]
    rng.shuffle(shuffled)
    late = rows[:]
    for _ in range(30):  # some rows come much later than they should
        late.insert(rng.randrange(len(late)), late.pop(rng.randrange(len(late))))
    near = sorted(rows, key=lambda row: (row[0], row[1] + rng.randrange(5)))
    yield "sorted", rows
    yield "by time", sorted(rows, key=lambda row: row[1])
    yield "backwards", rows[::-1]
    yield "shuffled", shuffled
    yield "some late", late
    yield "a little out of order", near


def expect(rows, last_wins):
    """What is stored, {(symbol, minute): value}; the lines that are rejected; and how many rows step back."""
    kept, rejected, greatest, back = {}, set(), {}, 0
    for line, (symbol, minute, value) in enumerate(rows, 2):
        back += minute < greatest.get(symbol, minute)
        greatest[symbol] = max(minute, greatest.get(symbol, minute))
        if (symbol, minute) not in kept:
            kept[symbol, minute] = (line, value)
        elif last_wins:
            rejected.add(kept[symbol, minute][0])
            kept[symbol, minute] = (line, value)
        else:
            rejected.add(line)
    return {key: value for key, (_, value) in kept.items()}, rejected, back


class Order(program.Program):
    def write(self, rows):
        with open(self.path / "x.csv", "w", encoding="utf-8") as file:
            file.write("symbol,time,a,b\n")
            for symbol, minute, value in rows:
                file.write(f"{symbol},2020-01-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00,"
                           f"{value},{minute}.5\n")

    def load(self, database, *options):
        out, _ = self.run_it("--db", database, "--format", "json", "import", "x.csv", "--by", "symbol",
                             "--max-rejects", "100000", *options)
        return json.loads(out)[0]

    def query(self, database, sql):
        connection = sqlite3.connect(self.path / database)
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def check(self, database, stored, rejected):
        self.assertEqual(dict(self.query(database, "SELECT series || ' ' || ts, value FROM v_observation "
                                                   "WHERE series GLOB '*.a'")),
                         {f"{symbol}.a {START + minute * MINUTE}": value
                          for (symbol, minute), value in stored.items()})
        self.assertEqual({line for line, in self.query(database, "SELECT line FROM reject")}, rejected)
        self.assertEqual(self.query(database, "PRAGMA integrity_check"), [("ok",)])

    def series(self, database):
        return self.query(database, "SELECT name, frequency, first_ts, last_ts, n, missing FROM series ORDER BY name")

    def test_any_order_and_any_memory_store_and_reject_the_same(self):
        rows, series = make_rows(1), None
        for name, arranged in arrangements(rows, 2):
            self.write(arranged)
            for memory in ("64K", "32M"):
                for policy in ("fail", "replace"):
                    with self.subTest(order=name, memory=memory, policy=policy):
                        database = f"{name} {memory} {policy}.db"
                        said = self.load(database, "--memory", memory, "--on-conflict", policy)
                        stored, rejected, back = expect(arranged, policy == "replace")
                        self.check(database, stored, rejected)
                        series = series or self.series(database)
                        self.assertEqual(self.series(database), series)
                        gaps = sorted((one["series"], one["gaps"], one["missing"]) for one in said["series"])
                        if name == "sorted":
                            first_gaps = gaps
                        self.assertEqual(gaps, first_gaps)
                        self.assertEqual(said["out_of_order"], back)

    def test_rows_between_those_of_an_earlier_import_are_told_from_its_own(self):
        rows = make_rows(3)
        rng = random.Random(4)
        before = sorted(rng.sample(rows, len(rows) // 3), key=lambda row: (row[0], row[1]))
        for name, arranged in arrangements(rows, 5):
            for memory in ("64K", "32M"):
                for policy in ("keep", "replace"):
                    with self.subTest(order=name, memory=memory, policy=policy):
                        database = f"{name} {memory} {policy}.db"
                        self.write([(symbol, minute, value + 100_000) for symbol, minute, value in before])
                        self.load(database)
                        old, old_rejected, _ = expect(before, False)
                        self.write(arranged)
                        self.load(database, "--memory", memory, "--on-conflict", policy)
                        new, rejected, _ = expect(arranged, policy == "replace")
                        old = {key: value + 100_000 for key, value in old.items()}
                        self.check(database, {**new, **old} if policy == "keep" else {**old, **new},
                                   rejected | old_rejected)

    def test_what_is_interrupted_or_refused_leaves_nothing(self):
        rows = make_rows(6)
        self.write(rows[::-1])
        self.load("a.db")
        before = self.query("a.db", "SELECT * FROM observation ORDER BY 1, 2")
        self.write([(symbol, minute, value + 1) for symbol, minute, value in rows])
        _, err = self.run_it("--db", "a.db", "import", "x.csv", "--by", "symbol", "--max-rejects", "100000",
                             "--memory", "64K", status=3)
        self.assertIn("is stored", err)
        self.assertEqual(self.query("a.db", "SELECT * FROM observation ORDER BY 1, 2"), before)


if __name__ == "__main__":
    unittest.main(argv=["test_order.py"])
