// The browser, visits of it that notice what should not happen, and the accessibility check.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screens = process.env.BROWSER_SCREENS ?? "build/screens";
mkdirSync(screens, { recursive: true });

export const SIZES = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Calls `work(page)` in a fresh browser profile; fails on a script error, a dialog, a CSP violation or a request to
 *  another host. `expected`: patterns of console lines that the test provokes (an answer 404 is one). */
export async function visit(browser, instance, options, work, expected = []) {
  const { size = "wide", ...rest } = options;
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en", viewport: SIZES[size], ...rest });
  context.setDefaultTimeout(15_000);
  const troubles = [];
  const page = await context.newPage();
  page.on("console", (line) => {
    if (["error", "warning"].includes(line.type()) && !expected.some((pattern) => pattern.test(line.text())))
      troubles.push(`console: ${line.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== instance.url) troubles.push(`request to ${request.url()}`);
  });
  try {
    await work(page);
    assert.deepEqual(troubles, []);
  } finally {
    await context.close();
  }
}

export async function signIn(page, instance, { account = "production", login = instance.login, password = instance.password } = {}) {
  await page.goto(`${instance.url}/${account}/sign-in`);
  await page.fill("#login", login);
  await page.fill("#password", password);
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/requests/);
}

/** axe-core finds nothing: WCAG 2.2 A and AA and its best practices. */
export async function assertAccessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map((rule) => `${rule.id}: ${rule.help}\n  ${rule.nodes.map((node) => node.html).slice(0, 3).join("\n  ")}`);
  assert.deepEqual(found, [], what);
}

export async function screenshot(page, name, options = {}) {
  await page.screenshot({ path: join(screens, `${name}.png`), ...options });
}
