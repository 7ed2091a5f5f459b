// The HTML report, as its readers use it: opened from disk, in Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

import { hostile, judge, large, read, report } from "./records.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const naive = judge("line-naive");
const fixed = judge("line-fixed");
const pages = {
  one: report("html", "one.html", naive),
  two: report("html", "two.html", `Naive=${naive}`, `Fixed=${fixed}`),
  hostile: report("html", "hostile.html", hostile(naive)),
  large: report("html", "large.html", large(naive)),
};

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser.close());

/** Opens a page and gives it to a check. Then nothing may have gone wrong. */
async function open(name, options, check) {
  const context = await browser.newContext({ bypassCSP: true, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("dialog", (dialog) => { wrong.push("a dialog"); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) wrong.push(`a request of ${request.url()}`);
  });
  await page.goto(pathToFileURL(pages[name]).href);
  await check(page);
  assert.deepEqual(wrong, []);
  await context.close();
}

const looks = [390, 1280].flatMap((width) => ["light", "dark"].map((colorScheme) => (
  { viewport: { width, height: 900 }, colorScheme }
)));

for (const name of ["one", "two", "hostile"]) {
  for (const look of looks) {
    const { viewport: { width }, colorScheme } = look;
    test(`${name}: accessible and no wider than ${width} pixels, ${colorScheme}`, async () => {
      await open(name, look, async (page) => {
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(overflow, 0);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact));
        assert.deepEqual(serious.map((it) => [it.id, it.nodes[0]?.html]), []);
      });
    });
  }
}

describe("a reader", () => {
  test("opens a cell of the matrix with the keyboard and sees the ladder", async () => {
    await open("one", looks[3], async (page) => {
      await page.$$eval("details.scenario", (all) => all.forEach((it) => { it.open = false; }));
      const failing = () => page.evaluate(() => {
        const link = document.activeElement;
        return link.closest("td")?.textContent.includes("✗") ? link.getAttribute("href") : null;
      });
      let href;
      for (let pressed = 0; pressed < 200 && !href; pressed += 1) {
        await page.keyboard.press("Tab");
        href = await failing();
      }
      assert.ok(href, "a cell can be reached with the keyboard");
      await page.keyboard.press("Enter");
      const ladder = page.locator("details.scenario[open] figure.ladder svg, details.scenario[open] svg.ladder");
      await ladder.waitFor({ state: "visible" });
    });
  });

  test("filters by text, verdict and tactic, and resets", async () => {
    await open("two", looks[1], async (page) => {
      const shown = () => page.locator("details.scenario:visible").count();
      const all = await shown();
      await page.fill("#filter [name=text]", "umlauts");
      assert.equal(await shown(), 1);
      await page.click("#filter button[type=reset]");
      await page.waitForFunction(
        (count) => document.querySelectorAll("details.scenario:not([hidden])").length === count,
        all,
      );
      await page.selectOption("#filter [name=tactic]", "cut");
      assert.ok(await shown() < all);
      assert.match(await page.textContent("#count"), /of \d+ scenarios/);
    });
  });

  test("filters a run of 100 000 cases", async () => {
    await open("large", looks[3], async (page) => {
      const all = await page.locator("details.scenario").count();
      assert.ok(all > 500);
      await page.fill("#filter [name=text]", "umlauts-7");
      const shown = await page.locator("details.scenario:not([hidden])").count();
      assert.ok(shown > 0 && shown < all / 10, `${shown} of ${all}`);
    });
  });

  test("needs no script to read the page", async () => {
    await open("one", { ...looks[3], javaScriptEnabled: false }, async (page) => {
      assert.ok(await page.locator("details.scenario").count() > 0);
      await page.locator("details.scenario > summary").first().click();
    });
  });
});

test("the policy of the page lets its own script run and nothing else", async () => {
  await open("one", { ...looks[3], bypassCSP: false }, async (page) => {
    await page.fill("#filter [name=text]", "no such scenario");
    assert.equal(await page.locator("details.scenario:visible").count(), 0);
  });
});

for (const name of ["one", "two", "hostile"]) {
  test(`${name}: the HTML is valid and refers to nothing outside`, async () => {
    const validate = new HtmlValidate({
      extends: ["html-validate:standard"],
      // The form filters while one types.
      rules: { "wcag/h32": "off", "long-title": "off" },
    });
    const { results } = await validate.validateString(read(pages[name]));
    const errors = results.flatMap((it) => it.messages).filter((it) => it.severity > 1);
    assert.deepEqual(errors.map((it) => `${it.ruleId} ${it.line}: ${it.message}`), []);
    await open(name, looks[3], async (page) => {
      assert.equal(await page.locator("link, iframe, img, object, embed, [src]").count(), 0);
      assert.doesNotMatch(await page.locator("style").first().textContent(), /@import|url\(/);
    });
  });
}
