"""Pollock's score of what was read: ten measures a file, each from 0 to 1.

success; precision, recall and F1 of the header's cells, of the records, and of all cells. All are counted over
multisets: cells of the header and records after it are normalised first, and a record is its normalised cells put
together, so that it does not matter where in it one cell ends. (Precision and recall are called the wrong way round
there; the sum does not mind.) The simple score is the sum of the measures' means over the files, the weighted one
weighs a file by how often its fault was met in the wild.
"""
import re
from collections import Counter

MEASURES = ["success"] + [f"{what}_{how}" for what in ("header", "record", "cell") for how in ("precision", "recall", "f1")]


def normalize(cell: str) -> str:
    """Numbers, dates, times, dollars and truth values in one form each; other texts in lower case."""
    if cell in ("True", "true", "False", "false"):
        return "1" if cell[0] in "Tt" else "0"
    if re.fullmatch(r"\s*[+-]?\d+\s*", cell):
        return str(int(cell))
    if re.fullmatch(r"\s*[+-]?(\d+\.\d*|\.\d+|\d+(\.\d*)?[eE][+-]?\d+)\s*", cell):
        return str(float(cell))
    if time := re.fullmatch(r"(\d\d?):(\d\d)", cell):
        return f"{int(time[1]):02}:{time[2]}:00"
    if date := re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", cell):
        month, day = (date[1], date[2]) if int(date[1]) <= 12 else (date[2], date[1])
        return f"{date[3]}-{int(month):02}-{int(day):02} 00:00:00"
    if price := re.fullmatch(r"\$(\d+(\.\d+)?)", cell):
        return "$" + str(float(price[1]))
    return cell.lower()


def _triple(expected: list, loaded: list) -> list:
    if not expected:
        return [1.0] * 3
    both = sum((Counter(expected) & Counter(loaded)).values())
    if both == 0:
        return [0.0] * 3
    precision, recall = both / len(expected), both / len(loaded)
    return [precision, recall, 2 * precision * recall / (precision + recall)]


def _records(rows: list) -> list:
    return ["".join(normalize(cell) for cell in row) for row in rows[1:]]


def measure(expected: list, loaded: list | None) -> list:
    """The ten measures; loaded None means that the file was not read at all."""
    if loaded is None:
        return [0.0] * 10
    if not expected:
        return [1.0] * 10
    header = [[normalize(cell) for cell in rows[0]] if rows else [] for rows in (expected, loaded)]
    return [1.0, *_triple(*header), *_triple(_records(expected), _records(loaded)),
            *_triple([c for row in expected for c in row], [c for row in loaded for c in row])]
