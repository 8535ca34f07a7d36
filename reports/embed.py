#!/usr/bin/env python3
"""Turns the parts of the report's page into one C file of strings: embed.py OUT.c FILE..."""
import os
import re
import sys


def c_string(text):
    escape = {"\\": "\\\\", '"': '\\"', "\t": "\\t"}
    return "\n".join('    "' + "".join(escape.get(c, c) for c in line) + '\\n"' for line in text.splitlines())


def main():
    out, *paths = sys.argv[1:]
    parts = ['/* Made by reports/embed.py; do not edit. */\n#include "report/assets.h"\n']
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if path.endswith(".css"):  # without comments and indentation
            text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
            text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
        name = re.sub(r"\W", "_", os.path.basename(path))
        parts.append(f"const char alm_asset_{name}[] =\n{c_string(text)};\n")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


main()
