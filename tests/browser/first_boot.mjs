// A person's browser at the wizard of a booted machine: answers everything, presses the button, follows the page to the end and signs in.
//   node first_boot.mjs < {"url", "code", "hostname", "timezone", "address", "gateway", "management", "key", "email", "password", "until"}
// until "sent": ends when the answers are handed over; else it ends in the desk. Prints what it saw as JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const given = JSON.parse(readFileSync(0, "utf8"));
const SECOND = 1000;

async function enter(page) {
  await page.goto(given.url);
  await page.waitForURL(/\/first-boot$/);
  await page.fill("#code", given.code);
  await page.click(".button-main");
  await page.waitForURL(/\/first-boot\/machine$/);
}

const next = (page) => Promise.all([page.waitForEvent("load"), page.click(".setup-sheet button[value=next]")]);

async function answerAll(page) {
  await page.fill("#hostname", given.hostname);
  await page.fill("#timezone", given.timezone);
  await next(page);
  await page.check("input[name=network_kind][value=fixed]");
  await page.fill("#network_address", given.address);
  await page.fill("#network_gateway", given.gateway);
  await page.fill("#network_dns", "");
  await next(page);
  await page.fill("#management_networks", given.management);
  await page.fill("#management_public_keys", given.key);
  await next(page);
  await next(page); // a certificate that the machine makes
  await page.fill("#administrator_email", given.email);
  await page.fill("#administrator_password", given.password);
  await page.fill("#administrator_again", given.password);
  await next(page);
  await next(page); // a single site that begins anew
  await next(page); // no repositories yet
  assert.match(page.url(), /\/first-boot\/summary$/, await page.locator("main").innerText());
  assert.ok(!(await page.content()).includes(given.password), "a password is in no page");
}

/** The page loads itself again until the desk is ready; gives the titles that it had. */
async function follow(page) {
  const titles = [];
  for (const end = Date.now() + 600 * SECOND; Date.now() < end; ) {
    const title = await page.locator("h1").first().innerText({ timeout: 60 * SECOND }).catch(() => "");
    if (title && titles.at(-1) !== title) titles.push(title);
    if (title === "The desk is ready") return titles;
    assert.notEqual(title, "Something went wrong", await page.locator("main").innerText());
    assert.ok(!title.includes("did not accept"), await page.locator("main").innerText());
    await page.waitForEvent("load", { timeout: 60 * SECOND }).catch(() => {});
  }
  throw new Error(`the desk was not ready in time: ${titles}`);
}

/** From the wizard's last page into the desk, as the administrator. */
async function signIn(page) {
  await Promise.all([page.waitForEvent("load"), page.click("a.button-main")]);
  await page.goto(new URL("/production/sign-in", given.url).href);
  await page.fill("#login", "admin");
  await page.fill("#password", given.password);
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/requests/);
}

const browser = await launch();
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en" });
  context.setDefaultTimeout(60 * SECOND);
  const page = await context.newPage();
  await enter(page);
  await answerAll(page);
  await Promise.all([page.waitForURL(/\/progress$/), page.click("form[action$='/summary'] button")]);
  const seen = { titles: [], signed_in: false };
  if (given.until !== "sent") {
    seen.titles = await follow(page);
    await signIn(page);
    seen.signed_in = true;
  }
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
