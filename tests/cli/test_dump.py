"""`import --dump-records`, and files in other dialects, through the program.

    python3 test_dump.py ALMANAC
"""
import csv
import gzip
import io
import os

from program import Program, main

ROWS = [["date", "price", "note"]] + [
    [f"2021-05-{1 + i:02}", f"{100 + i / 4}", ["plain", 'six "inch" pipe', "a, b; c|d\te", "it's", "two\nlines"][i % 5]]
    for i in range(25)
]


def write_table(path, end="\n", **dialect):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator=end, **dialect).writerows(ROWS)


class Dump(Program):
    def dump(self, *arguments, status=0):
        """The records as Python reads them from standard output, and standard error."""
        out, said = self.run_it("import", "--dump-records", *arguments, status=status)
        return list(csv.reader(io.StringIO(out, newline=""))), said

    def test_every_dialect_dumps_the_same_records(self):
        for delimiter in ",;\t|":
            for quote in "\"'":
                for end in ("\n", "\r\n", "\r"):
                    for escape in ({"doublequote": True}, {"doublequote": False, "escapechar": "\\"}):
                        for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL) if end == "\n" else (csv.QUOTE_ALL,):
                            more = escape | {"delimiter": delimiter, "quotechar": quote, "quoting": quoting}
                            with self.subTest(end=end, **more):
                                write_table(self.path / "t.csv", end, **more)
                                self.assertEqual(self.dump("t.csv"), (ROWS, ""))

    def test_nothing_is_stored_and_no_database_made(self):
        write_table(self.path / "t.csv")
        self.dump("t.csv")
        self.assertEqual(os.listdir(self.path), ["t.csv"])

    def test_irregular_records_are_named_and_the_status_is_3(self):
        (self.path / "t.csv").write_bytes(b'a,b\n1,2\n3\n4,"5\n6,x"y\n7,\x80\n8,9\n')
        (self.path / "u.csv").write_bytes(b"a,b\n1,2\n")
        self.assertEqual(
            self.bad(3, "import", "--dump-records", "t.csv", "u.csv", errors="replace").splitlines(),
            [
                "t.csv:3:1: expected 2 fields, got 1",
                "t.csv:4:3: quote not closed",
                "t.csv:5:4: quote inside an unquoted field",
                "t.csv:6:3: not UTF-8",
                "almanac: t.csv: 4 of 7 records are irregular",
            ],
        )

    def test_a_header_must_be_the_one_that_is_stated(self):
        for text, said in (
            ("foo,bar,baz\n1,2,3\n", None),
            ("foo,qux,baz\n1,2,3\n", 't.csv:1: column 2 of the header: expected "bar", got "qux"'),
            ("foo,bar\n1,2\n", "t.csv:1: the header has 2 columns, expected more"),
            ("", "t.csv is empty, expected the header foo,bar,baz"),
        ):
            (self.path / "t.csv").write_text(text)
            remarks = self.dump("t.csv", "--header", "foo,bar,baz", status=0 if said is None else 3)[1]
            self.assertIn(said or "", remarks)
        (self.path / "t.csv").write_text("a,b\n1,2\n")
        self.dump("t.csv", "--header", "1")

    def test_packed_files_and_other_encodings_are_read(self):
        write_table(self.path / "t.csv")
        with gzip.open(self.path / "t.csv.gz", "wb") as file:
            file.write((self.path / "t.csv").read_bytes())
        self.assertEqual(self.dump("t.csv.gz"), (ROWS, ""))
        (self.path / "u.csv").write_bytes("name;x\ncafé;1\n".encode("latin-1"))
        self.assertEqual(self.dump("u.csv", "--encoding", "latin1"), ([["name", "x"], ["café", "1"]], ""))

    def test_stated_dialects_are_kept_and_nonsense_is_refused(self):
        (self.path / "t.csv").write_text("a;b,c\n")
        self.assertEqual(self.dump("t.csv", "--delimiter", "semicolon"), ([["a", "b,c"]], ""))
        self.assertEqual(self.dump("t.csv", "--delimiter", ",", "--quote", "none"), ([["a;b", "c"]], ""))
        for options in (["--delimiter", "x"], ["--quote", "ab"], ["--delimiter", "'", "--quote", "'"]):
            self.dump("t.csv", *options, status=2)

    def test_a_file_in_another_dialect_imports(self):
        write_table(self.path / "t.csv", "\r\n", delimiter=";", quotechar="'", doublequote=False, escapechar="\\")
        said = self.bad(0, "import", "t.csv")
        self.assertIn("fields are separated by semicolon", said)
        self.assertIn("fields are enclosed in '", said)
        self.assertIn("25 stored", said)


if __name__ == "__main__":
    main()
