"""Imports 100,000 random cells in nine styles and compares every stored bit, and every reject, with what Python's
fractions make of the same texts.

    python3 test_numbers.py ALMANAC [SEED]
"""
import contextlib
import fractions
import pathlib
import random
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile

ALMANAC, SEED = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
BLANKS = "[ \t\u00a0\u2009\u202f]"
NULLS = {"", "NA", "N/A", "null", "NULL", "-"}

STYLES = [
    {},
    {"decimal": ","},
    {"thousands": ","},
    {"thousands": "space", "decimal": ","},
    {"thousands": "'"},
    {"thousands": ".", "decimal": ",", "currency": "EUR,kr"},
    {"percent": "points"},
    {"percent": "fraction", "decimal": ","},
    {"currency": "$,US$", "thousands": ",", "null": "none,-999"},
]


def meaning(text, style):
    """A float, None for missing, or "bad"."""
    text = text.strip(" \t")
    if text in style.get("null", "").split(",") and "null" in style or text in NULLS:
        return None
    point = re.escape(style.get("decimal", "."))
    separator = {"space": BLANKS, "'": "['\u2019]"}.get(style.get("thousands"), re.escape(style.get("thousands", "\0")))
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+)"
    digits = rf"(?P<digits>(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    negative = percent = False
    if style.get("currency"):
        signs = "|".join(sorted(map(re.escape, style["currency"].split(",")), key=len, reverse=True))
        forms = [rf"(?P<sign>[+-]?){digits}", rf"(?P<sign>[+-]?)(?:{signs}){BLANKS}*{digits}", rf"(?:{signs}){BLANKS}*(?P<sign>[+-]?){digits}",
                 rf"(?P<sign>[+-]?){digits}{BLANKS}*(?:{signs})"]
        if len(text) > 2 and text[0] == "(" and text[-1] == ")":
            negative, text = True, text[1:-1]
            forms = [digits, rf"(?:{signs}){BLANKS}*{digits}", rf"{digits}{BLANKS}*(?:{signs})"]
    else:
        forms = [rf"(?P<sign>[+-]?){digits}"]
        if style.get("percent") and text.endswith("%"):
            percent = True
            text = re.sub(rf"{BLANKS}*%$", "", text)
    for form in forms:
        match = re.fullmatch(form, text)
        if match:
            break
    else:
        return "bad"
    cleaned = re.sub(separator if "thousands" in style else r"(?!)", "", match["digits"]).replace(style.get("decimal", "."), ".")
    mantissa, _, exponent = cleaned.lower().partition("e")
    exact, power = fractions.Fraction(mantissa), int(exponent or 0)
    if exact and abs(power) > 5000:  # too large, or nothing
        return "bad" if power > 0 else meaning("-0" if negative or match.groupdict().get("sign") == "-" else "0", {})
    exact *= fractions.Fraction(10) ** power if exact else 1
    if percent and style["percent"] == "fraction":
        exact /= 100
    try:
        value = float(exact)
    except OverflowError:
        return "bad"
    groups = match.groupdict()
    return -value if negative or groups.get("sign") == "-" else value


def random_cell(rng, style):
    point = style.get("decimal", ".")
    digits = "".join(rng.choice("0123456789") for _ in range(rng.choice([1, 2, 3, 4, 6, 7, 9, 12, 17, 19])))
    if rng.random() < 0.4 and "thousands" in style:
        separator = {"space": rng.choice([" ", "\u00a0", "\u202f"]), "'": rng.choice("'\u2019")}.get(style["thousands"], style["thousands"])
        lead = len(digits) % 3 or 3
        digits = separator.join([digits[:lead]] + [digits[i:i + 3] for i in range(lead, len(digits), 3)])
    if rng.random() < 0.6:
        digits += point + "".join(rng.choice("0123456789") for _ in range(rng.choice([0, 1, 2, 5, 10, 20])))
    if rng.random() < 0.15:
        digits += rng.choice("eE") + rng.choice(["", "+", "-"]) + str(rng.choice([0, 2, 15, 22, 23, 290, 308, 309, 323, 330]))
    sign = rng.choice(["", "", "-", "+"])
    form = rng.random()
    if "currency" in style and form < 0.6:
        currency, blank = rng.choice(style["currency"].split(",")), rng.choice(["", " ", "\u00a0"])
        digits = rng.choice([sign + currency + blank + digits, currency + sign + digits, sign + digits + blank + currency, f"({currency}{digits})", f"({digits})"])
    else:
        digits = sign + digits
    if "percent" in style and form < 0.6:
        digits += rng.choice(["%", " %", "\u202f%"])
    if rng.random() < 0.15:  # something is wrong
        at = rng.randrange(len(digits) + 1)
        digits = digits[:at] + rng.choice([".", ",", " ", "-", "%", "$", "e", "x", "0", "'"]) + digits[at + rng.randrange(2):]
    if rng.random() < 0.05:
        digits = rng.choice(sorted(NULLS) + ["nan", "NaN", "inf", "-inf", "0x1f", "1e", "n/a", "none", "-999", "--", "1_000", "\u22125"])
    return rng.choice(["", " ", "\t"]) + digits if rng.random() < 0.1 else digits


def check(number, style, directory):
    rng = random.Random(SEED * 100 + number)
    cells = [random_cell(rng, style) for _ in range(100_000 // len(STYLES) + 1)]
    path, db = directory / f"n{number}.tsv", directory / f"n{number}.db"
    path.write_text("t|v\n" + "".join(f"{i}|{cell}\n" for i, cell in enumerate(cells)), encoding="utf-8")
    options = [word for name, value in style.items() for word in ("--" + name, value)]
    done = subprocess.run(
        [ALMANAC, "--db", db, "import", path, "--delimiter", "|", "--quote", "none", "--header", "yes", "--time", "t", "--time-format", "s",
         "--value", "v", "--series", "n", "--freq", "S", "--max-rejects", str(len(cells))] + options,
        capture_output=True, text=True)
    assert done.returncode == 0, (style, done.stderr)
    with contextlib.closing(sqlite3.connect(db)) as connection:
        stored = {ts // 1_000_000: value for ts, value in connection.execute("SELECT ts, value FROM v_observation")}
        rejected = {line - 2 for (line,) in connection.execute("SELECT line FROM v_reject")}
    wrong = 0
    for i, cell in enumerate(cells):
        expected, got = meaning(cell, style), "bad" if i in rejected else stored.get(i)
        same = expected == got
        if isinstance(expected, float) and isinstance(got, float) and expected != 0:  # SQLite has no negative zero
            same = struct.pack("d", expected) == struct.pack("d", got)
        if not same:
            wrong += 1
            if wrong <= 5:
                print(f"{style}: {cell!r}: expected {expected!r}, got {got!r}")
    numbers = sum(isinstance(meaning(cell, style), float) for cell in cells)
    print(f"{style}: {len(cells)} cells, {numbers} numbers, {len(rejected)} rejects, {wrong} wrong")
    return wrong


with tempfile.TemporaryDirectory() as name:
    sys.exit(1 if sum(check(n, style, pathlib.Path(name)) for n, style in enumerate(STYLES)) else 0)
