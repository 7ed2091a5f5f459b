// Records and reports for the tests, made with the command itself.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const wirecheck = process.env.WIRECHECK ?? join(root, "target/debug/wirecheck");

/** A folder that is removed after the tests. */
export const folder = mkdtempSync(join(tmpdir(), "wirecheck-reports-"));
after(() => rmSync(folder, { recursive: true }));

const at = (name) => join(folder, name);

/** Judges a built-in server. Returns the path of the record. */
export function judge(peer) {
  const record = at(`${peer}.json`);
  const words = ["run", "scenarios/line/line.toml", "--profile", "quick", "--no-config"];
  const command = [wirecheck, "peer", peer, "--port", "{port}"];
  const ran = spawnSync(wirecheck, [...words, "--record", record, "--", ...command], { cwd: root });
  if (![0, 1].includes(ran.status)) throw new Error(String(ran.stderr));
  return record;
}

/** Writes a report of records. Returns its path. */
export function report(format, name, ...records) {
  const path = at(name);
  execFileSync(wirecheck, ["report", ...records, `--${format}`, path], { cwd: root });
  return path;
}

export function read(path) {
  return readFileSync(path, "utf8");
}

/** Changes a record. Returns the path of the new one. */
export function changed(record, name, change) {
  const value = JSON.parse(read(record));
  change(value);
  const path = at(name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

/** What a hostile peer, suite or command may say. */
export const HOSTILE = "<script>alert(1)</script> ]]> \u0000\u0007\u001b[2J \u202e "
  + "</textarea><img src=x onerror=alert(1)> ::error::x\n::set-output name=a::b "
  + "@everyone #1 | `x` ``` </details> &amp; " + "long ".repeat(200_000);

/** The same run with hostile text wherever text comes from outside. */
export function hostile(record) {
  return changed(record, "hostile.json", (run) => {
    run.notes = [HOSTILE, "x".repeat(10_000_000)];
    run.peer.command = [HOSTILE];
    for (const suite of run.suites) {
      suite.title = HOSTILE;
      suite.path = HOSTILE.slice(0, 300);
      for (const scenario of suite.scenarios) {
        scenario.title = scenario.why = scenario.spec = HOSTILE;
        scenario.defects.forEach((defect) => { defect.because = HOSTILE; });
        for (const failure of scenario.failures) {
          failure.findings.forEach((finding) => { finding.what = finding.died = HOSTILE; });
          if (failure.evidence) failure.evidence.last_words = [HOSTILE, HOSTILE];
        }
      }
    }
  });
}

/** A run of 100 000 cases: many scenarios like those of a record. */
export function large(record) {
  return changed(record, "large.json", (run) => {
    const [suite] = run.suites;
    const originals = suite.scenarios;
    const cases = originals.map((it) => it.families.reduce((sum, family) => sum + family.cases, 0));
    const each = cases.reduce((sum, count) => sum + count, 0);
    const copies = Math.ceil(100_000 / each);
    suite.scenarios = Array.from({ length: copies }, (_, copy) => originals.map((scenario) => (
      { ...scenario, id: `${scenario.id}-${copy}` }
    ))).flat();
  });
}
