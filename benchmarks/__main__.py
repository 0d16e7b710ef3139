"""All measurements in one run: `make bench`, or `python -m benchmarks tokens lists` for some."""

import platform
import sys

from benchmarks import environment, keygen, lists, smoke, tokens, uploads

PARTS = {
    "tokens": ("Tokens from one web process on one core", tokens.rows),
    "keys": ("Making keys in the worker", keygen.rows),
    "uploads": ("Uploading one RSA key", uploads.rows),
    "smoke": ("Token tests by one worker", smoke.rows),
    "lists": ("The main lists at 100 and at 100,000 rows", lists.rows),
}


def main(names: list[str]) -> None:
    machine, python = platform.machine(), platform.python_version()
    print(f"{machine}, {len(environment.CORES)} cores, Python {python}")
    for name in names or PARTS:
        title, rows = PARTS[name]
        print(f"\n## {title}\n")
        for row in rows():
            print(row, flush=True)


main(sys.argv[1:])
