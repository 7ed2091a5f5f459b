// Each scenario of wirecheck.toml is a test: `node --test`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const project = join(import.meta.dirname, "..");
const run = spawnSync("wirecheck", ["run", "--quiet"], { cwd: project, encoding: "utf8" });
// 1: the run failed. All else: nothing was judged.
assert.ok([0, 1].includes(run.status), run.stderr ?? String(run.error));
const record = JSON.parse(readFileSync(join(project, ".wirecheck/last.json"), "utf8"));

for (const suite of record.suites) {
  for (const scenario of suite.scenarios) {
    const skip = ["known", "skipped"].includes(scenario.verdict) && scenario.verdict;
    test(`${suite.id}/${scenario.id}`, { skip }, () => {
      assert.ok(["pass", "nonstrict"].includes(scenario.verdict), run.stdout);
    });
  }
}

// A run may fail although each scenario passes: a known failure that passes fails it.
test("the run", () => assert.equal(run.status, 0, run.stdout));
