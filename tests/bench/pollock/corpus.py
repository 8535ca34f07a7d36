"""Files polluted as those of Pollock are, each with the table a perfect reader gets from it.

Pollock: G. Vitagliano, M. Hameed, L. Jiang, L. Reisener, E. Wu, F. Naumann, "Pollock: A Data Loading Benchmark",
PVLDB 16(8), 2023. Its 2,290 files come from one table of 83 rows and 9 columns, written with commas, double quotes
and CRLF; every file has one fault. Here the table is made up (and always the same), with what matters about theirs:
three columns are quoted, texts hold commas, apostrophes and inches, one holds a backslash, and one column is empty.
"""
import random
from typing import Iterator, NamedTuple

ROWS, COLUMNS = 84, 9  # the header is row 0
HEADER = ["DATE", "TIME", "Qty", "ITEM", "Price", "Kind", "Description", "URL", "Comments"]
QUOTED = {6, 7}  # columns whose cells are quoted always


class File(NamedTuple):
    name: str
    family: str   # the kind of fault
    weight: float  # how many of the files the authors found in the wild had it
    data: bytes
    expected: list  # [rows][cells]


# ---- the source table ----

THINGS = ["Rain Jacket", "Trail Shoe", "Wool Hat", "Camp Stove", "Fly Rod", "Canvas Tote", "Lantern", "Day Pack",
          "Fleece Vest", "Rope Bag", "Dry Sack", "Folding Chair", "Sun Hat", "Ski Sock", "Tent Peg", "Water Flask"]
OWNERS = ["Men's", "Women's", "Kids'", "Girls'"]
ADDITIONS = ["Hooded", "Two-Pack", "Print", "Extra-Large", "Slim", "Camo"]
PRAISE = ["keeps its shape wash after wash", "you'll reach for it on wet mornings, dry ones too",
          "light, warm and quick to pack", "it won't crack, warp or fade", "made for paddling, hiking or a walk in town",
          "the seams are taped by hand", "tested from creek to harbour", "rated for three seasons, storms included",
          "there isn't a better one at the price", "it's the favourite of our own crew"]


def _row(index: int, dice: random.Random) -> list:
    thing = dice.choice(THINGS)
    kind = thing if dice.random() < 0.3 else f"{dice.choice(OWNERS)} {thing}"
    if dice.random() < 0.4:
        kind += ", " + dice.choice(ADDITIONS)
    if index % 14 == 9:
        kind = f'{thing}, Round {dice.randint(4, 60)}"'
    elif index % 28 == 20:
        kind = f'{thing}, {dice.randint(4, 60)}" Inseam'
    text = ". ".join(part[0].upper() + part[1:] for part in dice.sample(PRAISE, dice.randint(1, 3))) + "."
    if index == 11:
        text = 'Crisp action and a light feel in our 8\\\'9" length, made for her.'
    item = f"{dice.choice(['MG', 'RI', 'CC', 'YY', 'BH', 'ZN'])}-{dice.randint(1000, 9999)}"
    day, month = 13 + index % 16, 1 + index // 16
    return [f"{day:02}/{month:02}/2018", f"{index // 4:02}:{index % 4 * 15:02}", str(dice.randint(0, 30)), item,
            f"${dice.randint(1, 9999) / 100:.2f}", kind, text, f"https://www.example.com/{item.replace('-', '_')}.html", ""]


def source() -> list:
    dice = random.Random(20230801)
    return [list(HEADER)] + [_row(index, dice) for index in range(ROWS - 1)]


# ---- writing it, with one thing wrong ----

class Style(NamedTuple):
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    end: str = "\r\n"


def _is_quoted(cell: str, column: int) -> bool:
    return column in QUOTED or "," in cell or '"' in cell


def _cell(cell: str, column: int, style: Style) -> str:
    # what stands before a quotation mark in a cell is the escape, whatever the enclosing character is
    text = cell.replace('"', style.escape + '"')
    return style.quote + text + style.quote if _is_quoted(cell, column) else text


def _line(row: list, style: Style) -> str:
    return style.delimiter.join(_cell(cell, column, style) for column, cell in enumerate(row))


def _write(rows: list, style: Style = Style()) -> bytes:
    return "".join(_line(row, style) + style.end for row in rows).encode()


def _with_row(rows: list, index: int, line: str) -> bytes:
    style = Style()
    lines = [_line(row, style) for row in rows]
    lines[index] = line
    return "".join(line + style.end for line in lines).encode()


def _hex(text: str) -> str:
    return "".join(f"_0x{ord(c):X}" for c in text)


def _file_level() -> Iterator[File]:
    rows = source()
    clean = _write(rows)

    def one(name, weight, data, expected=rows):
        return File(name + ".csv", name, weight, data, expected)

    yield one("source", 1, clean)
    yield one("file_no_payload", 15, b"", [])
    yield one("file_no_trailing_newline", 184, clean[:-2])
    yield one("file_double_trailing_newline", 5, clean + b"\r\n")
    yield one("file_no_header", 470, _write(rows[1:]), rows[1:])
    bare = (",".join(HEADER) + "\r\n").encode()
    for n in (2, 3):
        header = [" ".join([name] * n) for name in HEADER]
        yield one(f"file_header_multirow_{n}", 47, bare * (n - 1) + clean, [header] + rows[1:])
    yield one("file_preamble", 282, b"PREAMBLE,,,,,,,,\r\n,,,,,,,,\r\n" + clean)
    for name, width in (("less", 8), ("same", 9), ("more", 10)):
        second = [(row + [f"col{i}" if r == 0 else "" for i in range(1, 9)])[:width] for r, row in enumerate(rows[:83])]
        lines = [",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if "," in c or '"' in c else c for c in row) for row in second]
        yield one(f"file_multitable_{name}", 188 / 3, clean + "".join(line + "\r\n" for line in lines).encode())
    yield one("file_header_only", 3, _write(rows[:1]), rows[:1])
    yield one("file_one_data_row", 4, _write(rows[:2]), rows[:2])
    for end, weight in (("\n", 1691), ("\r", 7)):
        yield one("file_record_delimiter" + _hex(end), weight, _write(rows, Style(end=end)))
    for delimiter, weight in ((";", 834), ("\t", 4), (", ", 101), (" ", 4)):
        yield one("file_field_delimiter" + _hex(delimiter), weight, _write(rows, Style(delimiter=delimiter)))
    yield one("file_quotation_char_0x27", 11, _write(rows, Style(quote="'")))
    yield one("file_escape_char_0x5C", 1, _write(rows, Style(escape="\\")))
    yield one("file_escape_char_0x00", 7, _write(rows, Style(escape="")))


def _row_level() -> Iterator[File]:
    rows = source()
    style = Style()
    for r, row in enumerate(rows):
        cells = [_cell(cell, column, style) for column, cell in enumerate(row)]
        for c in range(COLUMNS):
            yield File(f"row_more_sep_row{r}_col{c}.csv", "row_more_sep", 0.36775106082036774,
                       _with_row(rows, r, ",".join(cells[:c] + [""] + cells[c:])), rows)
            if c > 0:
                line = ",".join(cells[:c]) + ",".join(cells[c:])
                yield File(f"row_less_sep_row{r}_col{c}.csv", "row_less_sep", 0.36775106082036774,
                           _with_row(rows, r, line), rows)
            stray = '"' + row[c]
            cell = '""' + cells[c][1:] if _is_quoted(row[c], c) else '"' + cells[c]
            expected = rows[:r] + [row[:c] + [stray] + row[c + 1:]] + rows[r + 1:]
            yield File(f"row_extra_quote{r}_col{c}.csv", "row_extra_quote", 1 / 108,
                       _with_row(rows, r, ",".join(cells[:c] + [cell] + cells[c + 1:])), expected)
        yield File(f"row_field_delimiter_{r}_0x20.csv", "row_field_delimiter", 1 / 7,
                   _with_row(rows, r, " ".join(cells)), rows)


def files() -> Iterator[File]:
    """All 2,290."""
    yield from _file_level()
    yield from _row_level()


def sample(n: int) -> Iterator[File]:
    """The 22 files that have a kind of their own, and of the others about n in even steps through rows and columns."""
    yield from _file_level()
    others = list(_row_level())
    step = max(1, len(others) // n) | 1
    yield from others[::step]
