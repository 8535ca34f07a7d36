#!/usr/bin/env python3
"""Turns the SQL files into one C file of constant tables: embed.py OUT.c FILE.sql...

schema/NNNN_name.sql  migrations, numbered from 0001 without a gap; each sets user_version to its number
views/NAME.sql        views; a view's columns are documented in the comment above it, and v_doc is made from that
queries/NAME.sql      blocks `-- name: NAME`, an optional `-- help: TEXT` (then people may call it), one statement
"""
import hashlib
import os
import re
import sys


def fail(path, message):
    sys.exit(f"{path}: {message}")


def c_string(text):
    """Text as C string literals, one a line."""
    escape = {"\\": "\\\\", '"': '\\"', "\t": "\\t"}
    lines = text.strip("\n").split("\n")
    return "\n".join('    "' + "".join(escape.get(c, c) for c in line) + '\\n"' for line in lines)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def migrations(paths):
    out = []
    for expected, path in enumerate(sorted(paths), 1):
        found = re.fullmatch(r"(\d{4})_\w+\.sql", os.path.basename(path))
        if not found or int(found.group(1)) != expected:
            fail(path, f"expected migration number {expected:04d}")
        text = read(path)
        if f"PRAGMA user_version = {expected};" not in text:
            fail(path, f"does not say PRAGMA user_version = {expected};")
        out.append(text)
    return out


def quote(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def documentation(path, text):
    """(view, column, meaning, unit, meaning of the view) of every column described in the comments."""
    rows = []
    for comment, view in re.findall(r"((?:^--.*\n)+)CREATE VIEW (\w+)", text, re.M):
        about, columns = [], []
        for line in comment.splitlines():
            column = re.fullmatch(r"--   (\w+)(?: \[(.+?)\])?: (.+)", line)
            if column:
                columns.append([column.group(1), column.group(3), column.group(2)])
            elif columns:
                columns[-1][1] += " " + line.removeprefix("--").strip()
            else:
                about.append(line.removeprefix("--").strip())
        if not columns:
            fail(path, f"{view}: no column is documented")
        rows += [(view, name, meaning, unit, " ".join(about)) for name, meaning, unit in columns]
    if len(rows) == 0 or text.count("CREATE VIEW") != len({row[0] for row in rows}):
        fail(path, "a view has no comment above it")
    return rows


def views(paths):
    texts = [read(path) for path in sorted(paths)]
    rows = [row for path, text in zip(sorted(paths), texts) for row in documentation(path, text)]
    about = "Every column of every view."
    rows += [
        ("v_doc", "view", "name of the view", None, about),
        ("v_doc", "column", "name of the column", None, about),
        ("v_doc", "meaning", "what the column holds", None, about),
        ("v_doc", "unit", "unit of its values, where they have one", None, about),
        ("v_doc", "about", "what the whole view shows", None, about),
    ]
    values = ",\n  ".join("(" + ", ".join(quote(field) for field in row) + ")" for row in rows)
    texts.append(f'CREATE VIEW v_doc("view", "column", meaning, unit, about) AS VALUES\n  {values};\n')
    return texts


def queries(paths):
    out = {}
    for path in sorted(paths):
        head, *blocks = re.split(r"^-- name: *", read(path), flags=re.M)
        if re.sub(r"^--.*$", "", head, flags=re.M).strip():
            fail(path, "SQL before the first `-- name:`")
        for block in blocks:
            name, _, rest = block.partition("\n")
            name = name.strip()
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                fail(path, f"bad name {name!r}")
            if name in out:
                fail(path, f"the name {name} is used twice")
            help_text = re.match(r"-- help: *(.*)\n", rest)
            sql = re.sub(r"^--.*\n", "", rest, flags=re.M).strip()
            if not sql.endswith(";"):
                fail(path, f"{name}: expected one statement that ends with `;`")
            out[name] = (help_text.group(1).strip() if help_text else None, sql)
    return out


def main():
    out, *paths = sys.argv[1:]
    kind = lambda folder: [p for p in paths if os.path.basename(os.path.dirname(p)) == folder]
    view_texts = views(kind("views"))
    digest = hashlib.sha256("".join(view_texts).encode()).hexdigest()
    parts = ['/* Made by sql/embed.py from the files of sql/; do not edit. */\n#include "store/sql.h"\n']
    for table, texts in (("migrations", migrations(kind("schema"))), ("views", view_texts)):
        body = ",\n".join(c_string(text) for text in texts)
        parts.append(f"const char *const alm_sql_{table}[] = {{\n{body},\n    NULL,\n}};\n")
    parts.append(f'const char alm_sql_views_digest[] = "{digest}";\n')
    rows = []
    for name, (help_text, sql) in sorted(queries(kind("queries")).items()):
        shown = "NULL" if help_text is None else c_string(help_text).strip().replace('\\n"', '"')
        rows.append(f'    {{"{name}", {shown},\n{c_string(sql)}}}')
    parts.append("const struct alm_sql_query alm_sql_queries[] = {\n" + ",\n".join(rows) + ",\n    {NULL, NULL, NULL},\n};")
    parts.append(f"const size_t alm_sql_n_queries = {len(rows)};\n")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


main()
