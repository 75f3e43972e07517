// Every page in both themes and sizes: accessible, quiet, nothing wider than the screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, screenshot, signIn, visit } from "./browser.mjs";

const NOT_FOUND = /Failed to load resource.*(400|404|403)/;

const BEFORE_SIGN_IN = [
  ["landing", "/"],
  ["landing-refused", "/?account=No!"],
  ["sign-in", "/production/sign-in"],
  ["sign-in-sandbox", "/sandbox/sign-in"],
  ["sign-in-trial", "/trial/sign-in"],
  ["unknown-account", "/nobody/requests"],
];
const AFTER_SIGN_IN = [
  ["list", "/production/requests"],
  ["list-all", "/production/requests?all=1&sort=severity"],
  ["list-filtered", "/production/requests?q=printer&status=open&severity=2&assignee=1001"],
  ["list-empty", "/production/requests?q=zyxwvutsrq"],
  ["new", "/production/requests/new"],
  ["profile", "/production/profile"],
  ["console-backups", "/production/console/backups"],
  ["console-drills", "/production/console/drills"],
  ["not-found", "/production/requests/999999"],
  ["bad-address", "/production/requests?q=%FF"],
];

async function check(page, instance, name, path, variant) {
  await page.goto(instance.url + path);
  assert.equal(await page.locator("h1").count(), 1, `${name}: one h1`);
  await assertAccessible(page, `${name} ${variant}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name} ${variant}: ${overflow} px wider than the screen`);
  const took = await page.locator("footer").innerText();
  assert.match(took, /Page made in [\d.]+ ms|Page préparée en [\d.]+ ms/); // A32
  await screenshot(page, `${name}-${variant}`);
}

/** Numbers of requests whose pages differ most: new, each status, internal notes, attachments, non-Latin text. */
async function ticketPaths(page, instance) {
  const paths = [];
  for (const status of ["new", "open", "suspended", "in_progress", "resolved", "closed"]) {
    await page.goto(`${instance.url}/production/requests?status=${status}`);
    paths.push([`ticket-${status}`, await page.locator(".row-link").first().getAttribute("href")]);
  }
  return paths;
}

export function pageTests(context) {
  for (const colorScheme of ["light", "dark"]) {
    for (const size of ["wide", "phone"]) {
      const variant = `${colorScheme}-${size}`;
      // A4, A32
      test(`every page is accessible: ${variant}`, async () => {
        const { browser, instance } = context;
        const locale = colorScheme === "dark" ? "fr" : "en";
        await visit(browser, instance, { colorScheme, size, locale }, async (page) => {
          for (const [name, path] of BEFORE_SIGN_IN) await check(page, instance, name, path, variant);
          await signIn(page, instance);
          for (const [name, path] of AFTER_SIGN_IN) await check(page, instance, name, path, variant);
          for (const [name, path] of await ticketPaths(page, instance)) await check(page, instance, name, path, variant);
        }, [NOT_FOUND]);
      });
      // A4
      test(`open menus are accessible: ${variant}`, async () => {
        const { browser, instance } = context;
        await visit(browser, instance, { colorScheme, size }, async (page) => {
          await signIn(page, instance);
          await page.click(".filters > summary");
          await assertAccessible(page, `filters ${variant}`);
          await screenshot(page, `filters-${variant}`);
          await page.goto(`${instance.url}/production/requests?status=open`);
          await page.locator(".row-link").first().click();
          for (const summary of await page.locator(".edit > summary").all()) await summary.click();
          await page.locator(".actions summary").last().click();
          await assertAccessible(page, `ticket menus ${variant}`);
          await screenshot(page, `ticket-menus-${variant}`);
        });
      });
    }
  }
}
