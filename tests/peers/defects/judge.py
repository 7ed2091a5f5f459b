"""Plays the peers of matrix.toml and compares what wirecheck says with the matrix.

    python3 tests/peers/defects/judge.py [N] [--busy] [--binary PATH] [--only NAME]... [--jobs N]

The options are those of tests/peers/odd/judge.py. It plays the peers that need no compiler.
"""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "odd"))

import judge  # noqa: E402


def peers():
    for defect in tomllib.loads((HERE / "matrix.toml").read_text())["defect"]:
        for file in sorted(HERE.glob(f"{defect['code']}-*/*.py")):
            yield peer(defect, file)


def peer(defect, file):
    is_broken = file.stem == "broken"
    row = {
        "name": f"{file.parent.name}/{file.name}",
        "tag": "broken" if is_broken else "correct",
        "suite": HERE / "suites" / defect["suite"],
        "args": defect["args"],
        "program": [sys.executable, "-E", "-S", "-s", "-B", HERE / "python/run.py", file, "{host}", "{port}"],
        "only_codes": [defect["code"]] if is_broken else [],
        "families": defect["reveal_by"] if is_broken else [],
    }
    return row | {key: defect[key] for key in ("pending",) if key in defect}


if __name__ == "__main__":
    judge.main(list(peers()))
