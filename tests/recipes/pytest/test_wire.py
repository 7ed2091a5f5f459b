"""Each scenario of wirecheck.toml is a test: `pytest test_wire.py`."""

import json
import pathlib
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).parent.parent
RECORD = PROJECT / ".wirecheck" / "last.json"


def judged():
    """Runs wirecheck once. Returns its record and its output."""
    run = subprocess.run(
        ["wirecheck", "run", "--quiet"], cwd=PROJECT, capture_output=True, text=True
    )
    # 1: the run failed. All else: nothing was judged.
    if run.returncode not in (0, 1):
        pytest.exit(run.stderr, returncode=run.returncode)
    return json.loads(RECORD.read_text()), run


RECORD_OF_RUN, RUN = judged()
SCENARIOS = {
    f"{suite['id']}/{scenario['id']}": scenario
    for suite in RECORD_OF_RUN["suites"]
    for scenario in suite["scenarios"]
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_wire(name):
    scenario = SCENARIOS[name]
    if scenario["verdict"] in ("known", "skipped"):
        pytest.skip(scenario["verdict"])
    assert scenario["verdict"] in ("pass", "nonstrict"), RUN.stdout


def test_run():
    """A run may fail although each scenario passes: a known failure that passes fails it."""
    assert RUN.returncode == 0, RUN.stdout
