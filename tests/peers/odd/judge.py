"""Plays the peers of verdicts.toml and compares what wirecheck says with what is right.

    python3 tests/peers/odd/judge.py [N] [--busy] [--binary PATH] [--only NAME]... [--jobs N]

N is how often each peer is played, 1 by default. --busy runs two busy loops beside. The exit code
is 1 if a verdict was wrong, also where verdicts.toml says `pending`.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LIMIT = 300  # seconds; a run that takes longer hangs


def main(table):
    """Play the peers of a table; `program`, `only_codes` and `families` are for other tables than that here."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", type=int, nargs="?", default=1)
    parser.add_argument("--busy", action="store_true", help="beside two busy loops")
    parser.add_argument("--binary", default=ROOT / "target/release/wirecheck", type=Path)
    parser.add_argument("--only", action="append", metavar="NAME", help="peers with this in their name")
    parser.add_argument("--jobs", type=int, default=1, help="how many runs at the same time")
    args = parser.parse_args()

    peers = [it for it in table if not args.only or any(word in it["name"] for word in args.only)]
    if not peers:
        parser.error(f"no peer is named {args.only}")
    build_c_peers()
    loops = [start_busy_loop() for _ in range(2 if args.busy else 0)]
    try:
        all_right = judge(peers, args)
    finally:
        for loop in loops:
            loop.kill()
    sys.exit(0 if all_right else 1)


def build_c_peers():
    (HERE / "build").mkdir(exist_ok=True)
    for source in HERE.glob("*.c"):
        program = HERE / "build" / source.stem
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["cc", "-O1", "-pthread", "-o", program, source], check=True)


def start_busy_loop():
    return subprocess.Popen([sys.executable, "-c", "while True: pass"])


def judge(peers, args):
    print(f"{'peer':42} {'runs':>4} {'right':>5} {'wrong':>5} {'seconds':>7}", flush=True)
    all_right = True
    with ThreadPoolExecutor(args.jobs) as pool:
        for peer in peers:
            results = list(pool.map(lambda _: play(peer, args.binary), range(args.runs)))
            wrong = Counter(said for said, _ in results if said)
            print_row(peer, results, wrong)
            all_right &= not wrong
    return all_right


def print_row(peer, results, wrong):
    count, seconds = sum(wrong.values()), sum(taken for _, taken in results) / len(results)
    pending = "  pending" if "pending" in peer else ""
    print(f"{peer['name']:42} {len(results):4} {len(results) - count:5} {count:5} {seconds:7.1f}{pending}")
    for said, times in wrong.most_common():
        print(f"    {times} x {said}", flush=True)


def play(peer, binary):
    """Return what is wrong about one run, or None, and the seconds that it took."""
    with tempfile.TemporaryDirectory(prefix="wirecheck-odd-") as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        with service(peer, data):
            return play_in(Path(scratch), peer, binary)


@contextlib.contextmanager
def service(peer, data):
    """Run the service that the peer needs, if it needs one."""
    if "service" not in peer:
        yield
        return
    process = subprocess.Popen(program(peer["service"], data), stdin=subprocess.DEVNULL)
    try:
        while process.poll() is None and not (data / "ready").exists():
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


def play_in(scratch, peer, binary):
    record = scratch / "record.json"
    command = [binary, "run", HERE / "suites" / peer["suite"], "--record", record]
    command += peer.get("args", [])
    command += ["--", *(peer.get("program") or program(peer["command"], scratch / "data"))]
    environment = {key: value for key, value in os.environ.items() if key != "GITHUB_ACTIONS"}
    began = time.monotonic()
    code, stdout, stderr = run(command, environment)
    taken = time.monotonic() - began
    if code is None:
        return f"took longer than {LIMIT} s", taken
    try:
        said = json.loads(record.read_text())
    except (OSError, ValueError):
        return f"exit {code} without a record: {stderr.strip()[:200]}", taken
    wrong = differences(peer, code, stdout, said)
    return ("; ".join(wrong) if wrong else None), taken


def run(command, environment):
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return None, "", ""
    return process.returncode, stdout, stderr


def program(command, data):
    file, *words = shlex.split(command)
    if file.endswith(".py"):
        program = [sys.executable, "-E", "-S", "-B", HERE / file]
    else:
        program = [HERE / "build" / Path(file).stem]
    return program + [word.replace("{scratch}", str(data)) for word in words]


def differences(peer, code, stdout, record):
    """What wirecheck said and should not have said, and the reverse."""
    correct = peer["tag"] == "correct"
    scenarios = [scenario for suite in record["suites"] for scenario in suite["scenarios"]]
    codes = {defect["code"] for scenario in scenarios for defect in scenario["defects"]}
    wrong = []
    expected = peer.get("exit", 0 if correct else 1)
    if code != expected:
        wrong.append(f"exit {code}, not {expected}")
    verdicts = peer.get("verdict", ["pass" if correct else "fail"])
    if record["verdict"] not in verdicts:
        wrong.append(f"verdict {record['verdict']}, not {' or '.join(verdicts)}")
    wrong += [f"no {it} (but {' '.join(sorted(codes)) or 'nothing'})" for it in peer.get("codes", []) if it not in codes]
    forbidden = codes if correct else codes & set(peer.get("not_codes", []))
    wrong += [f"{it} is named" for it in sorted(forbidden)]
    if "only_codes" in peer:
        wrong += expected_only(peer, scenarios, codes)
    if correct and (missing := not_played(scenarios)):
        wrong.append(f"{missing} cases are not played")
    wrong += [f"`{it}` is not said" for it in peer.get("output", []) if it not in stdout]
    wrong += [f"`{it}` is said" for it in peer.get("not_output", []) if it in stdout]
    return wrong


def expected_only(peer, scenarios, codes):
    """The defects and the families of tactics that failed, where they are not those expected."""
    families = [family for scenario in scenarios for family in scenario["families"]]
    done = ("passed", "not_judged", "skipped")
    failed = {it["name"] for it in families if sum(it.get(key, 0) for key in done) < it["cases"]}
    pairs = ("diagnosed", codes, peer["only_codes"]), ("fails", failed, peer["families"])
    return [f"{what} {sorted(seen)}, not {right}" for what, seen, right in pairs if seen != set(right)]


def not_played(scenarios):
    families = [family for scenario in scenarios for family in scenario["families"]]
    return sum(family["skipped"] for family in families)


if __name__ == "__main__":
    main(tomllib.loads((HERE / "verdicts.toml").read_text())["peer"])
