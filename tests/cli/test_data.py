"""Series and the database file: changed, dropped, exported, backed up, damaged; what the schema says of itself.

    python3 test_data.py ALMANAC
"""
import csv
import io
import json

from program import Program, main


class Data(Program):
    def setUp(self):
        super().setUp()
        self.import_walks(("a", "b"))

    def test_schema_documents_every_column_of_every_view(self):
        documented = {}
        for row in csv.DictReader(io.StringIO(self.good("schema", "--format", "csv"))):
            self.assertNotEqual(row["meaning"], "")
            documented.setdefault(row["view"], []).append(row["column"])
        views = [name for (name,) in self.sql("select name from sqlite_schema where type = 'view' and name glob 'v_*'")]
        for view in views:
            columns = [row[1] for row in self.sql(f"pragma table_info({view})")]
            self.assertEqual(sorted(documented.get(view, [])), sorted(columns), view)
        self.bad(2, "schema", "v_nothing")

    def test_series_are_changed_and_dropped(self):
        self.good("series", "set", "a", "unit=m³/s", "kind=price", "season=7")
        self.assertEqual(self.sql("select kind, unit, season_length from v_series where series = 'a'"), [("price", "m³/s", 7)])
        self.assertIn("did you mean unit", self.bad(2, "series", "set", "a", "unti=m"))
        self.good("series", "rename", "a", "c")
        self.assertIn('"a"', self.bad(2, "series", "show", "a"))
        self.bad(2, "series", "rename", "c", "b")
        self.assertIn("--yes", self.bad(2, "series", "drop", "*"))
        self.assertEqual(len(self.sql("select * from v_series")), 2)
        self.good("series", "drop", "c")
        self.good("series", "drop", "*", "--yes")
        self.assertEqual(self.sql("select * from v_series"), [])
        self.check_database()

    def test_gaps_are_found(self):
        days = [d for d in range(1, 29) if d not in (10, 11, 20)]
        self.write("g.csv", "date,v\n" + "".join(f"2021-02-{d:02},1.5\n" for d in days))
        self.good("import", "g.csv", "--freq", "D")
        rows = json.loads(self.good("series", "gaps", "g", "--format", "json"))
        self.assertEqual([(r["start"][:10], r["end"][:10], r["missing"], r["duration"]) for r in rows],
                         [("2021-02-10", "2021-02-11", 2, "2d"), ("2021-02-20", "2021-02-20", 1, "1d")])

    def test_a_backup_is_the_same_database(self):
        self.good("db", "backup", "copy.db")
        self.assertEqual(self.good("series", "export", "a", "--db", "copy.db"), self.good("series", "export", "a"))
        self.assertIn("copy.db", self.bad(2, "db", "backup", "copy.db"))
        self.good("db", "check")
        self.good("db", "vacuum")

    def test_a_damaged_database_is_found(self):
        data = bytearray((self.path / "almanac.db").read_bytes())
        self.sql("pragma wal_checkpoint(truncate)")
        for i in range(4096 * 3, len(data) - 4096, 4096):
            data[i : i + 64] = b"\xa5" * 64
        (self.path / "almanac.db").write_bytes(data)
        self.bad(1, "db", "check")


if __name__ == "__main__":
    main()
