"""Checks the rules of the house on the C sources of a tree and prints each breach as `file:line: what is wrong`.

    python3 tests/layers/check.py ROOT

The rules: a room includes only itself and the rooms before it (nn: base alone), as "room/file.h" and never with `..`;
a foreign library's header stays in the room that owns it; no SQL in C; only workbench and cli print; only cli/main.c
ends the process; calls that overflow, lie about errors or depend on the locale are not used.
"""
import pathlib
import re
import sys

ROOMS = ["base", "series", "window", "nn", "forecast", "backtest", "ingest", "store", "report", "workbench", "cli"]
ONLY_BASE = {"nn"}

# header (a prefix), rooms that may include it
FOREIGN = [
    ("sqlite3.h", {"store"}),
    ("csv.h", {"ingest"}),
    ("zlib.h", {"ingest"}),
    ("zstd.h", {"ingest"}),
    ("cblas", {"base", "nn"}),
    ("openblas", {"base", "nn"}),
    ("lapack", {"base", "nn"}),
    ("gsl/", {"base", "series", "forecast", "backtest"}),
    ("libsmartcols", {"cli"}),
    ("nettle/", {"base"}),
]
# made at build time from files outside src/, and the room that may include them
GENERATED_IN = {"store", "report", "workbench"}

SQL = re.compile(
    r"\s*(?:(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|"
    r"DETACH|VACUUM|ANALYZE|REINDEX|REPLACE|WITH)\b|(?i:select\s.*\sfrom\s|insert\s+(?:or\s+\w+\s+)?into\s|"
    r"delete\s+from\s|update\s+\w+\s+set\s|create\s+(?:table|view|index|temp)\s|drop\s+(?:table|view|index)\s|"
    r"pragma\s))"
)
PRINTS = re.compile(r"\b(?:(?:v?printf|puts|putchar|perror|v?dprintf)\s*\(|(?:std(?:out|err)|STD(?:OUT|ERR)_FILENO)\b)")
# of the whole process, so only main.c's to change or end
PROCESS = re.compile(r"\b(?:_?exit|_Exit|quick_exit|abort|pthread_exit|setlocale)\s*\(")
BANNED = re.compile(
    r"\b(v?sprintf|strcpy|stpcpy|strcat|strncpy|strncat|atoi|atol|atoll|atof|strtok|gets|rand|srand|random|srandom|"
    r"tmpnam|tempnam|mktemp|system|popen|alloca)\s*\("
)
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def blank(match):
    """What a comment or literal is replaced by, so that lines keep their numbers."""
    text = match[0]
    if text[0] in "\"'":
        return text[0] * 2 + "\n" * text.count("\n")
    return " " + "\n" * text.count("\n")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_include(room, name, quoted):
    """What is wrong with including name in room, or None."""
    if ".." in name.split("/"):
        return f'"{name}": `..` in an include; write "room/file.h"'
    for prefix, owners in FOREIGN:
        if name.startswith(prefix):
            return None if room in owners else f"<{name}> belongs to {', '.join(sorted(owners))}"
    if not quoted:
        return None
    if name == "almanac.h":
        return None if room in ("workbench", "cli") else "almanac.h is for those who use the library"
    if "/" not in name:
        return None if room in GENERATED_IN else f'"{name}": write "room/file.h"'
    other = name.split("/")[0]
    if other not in ROOMS:
        return None if room in GENERATED_IN else f'"{name}": there is no room {other}'
    if other == room or (room in ONLY_BASE and other == "base"):
        return None
    if room in ONLY_BASE:
        return f'"{name}": {room} includes base only'
    if ROOMS.index(other) > ROOMS.index(room):
        return f'"{name}": {room} stands before {other} and may not include it'
    return None


def check_file(path, room):
    """Yields (line, breach) for one source file."""
    text = path.read_text(encoding="utf-8")
    uncommented = TOKEN.sub(lambda m: m[0] if m[0][0] in "\"'" else blank(m), text)
    code = TOKEN.sub(blank, text)
    for match in INCLUDE.finditer(uncommented):
        breach = check_include(room, match[2], match[1] == '"')
        if breach:
            yield line_of(uncommented, match.start()), breach
    for match in TOKEN.finditer(text):
        if match[0][0] == '"' and SQL.match(match[0][1:-1]):
            yield line_of(text, match.start()), f"SQL in C: {match[0][:40]}; it belongs into sql/queries"
    if room not in ("workbench", "cli"):
        for match in PRINTS.finditer(code):
            yield line_of(code, match.start()), f"{match[0].rstrip('( ')}: {room} does not print"
    if (room, path.name) != ("cli", "main.c"):
        for match in PROCESS.finditer(code):
            yield line_of(code, match.start()), f"{match[0]}): only cli/main.c ends the process or sets its locale"
    for match in BANNED.finditer(code):
        yield line_of(code, match.start()), f"{match[1]} is not used here (see CONTRIBUTING.md)"


def check_tree(root):
    """All breaches of a tree, as sorted lines of text, and the number of files looked at."""
    breaches, files, blas = [], 0, []
    for path in sorted(pathlib.Path(root, "src").rglob("*.[ch]")):
        parts = path.relative_to(pathlib.Path(root, "src")).parts
        name = path.relative_to(root).as_posix()
        files += 1
        if len(parts) == 1:
            if path.name != "almanac.h":
                breaches.append(f"{name}:1: a source file belongs into a room")
            continue
        if parts[0] not in ROOMS or len(parts) > 3:
            breaches.append(f"{name}:1: not in a room (src/ROOM/file or src/ROOM/TOPIC/file)")
            continue
        breaches += [f"{name}:{line}: {what}" for line, what in check_file(path, parts[0])]
        if parts[0] == "base" and re.search(r'#\s*include\s*[<"](?:cblas|openblas|lapack)', path.read_text("utf-8")):
            blas.append(name)
    breaches += [f"{name}:1: one file of base may include BLAS, not {len(blas)}" for name in blas[1:]]
    for path in sorted(pathlib.Path(root, "tests").rglob("*.[ch]")):
        files += 1
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            if ".." in match[2].split("/"):
                where = path.relative_to(root).as_posix()
                breaches.append(f'{where}:{line_of(text, match.start())}: "{match[2]}": `..` in an include')
    return breaches, files


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found, looked_at = check_tree(sys.argv[1])
    print("\n".join(found) if found else f"{looked_at} files, no breach")
    sys.exit(1 if found or not looked_at else 0)
