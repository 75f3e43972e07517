// A person's browser at the wizard of a booted machine: answers everything, presses the button, follows the page to the end and signs in.
//   node first_boot.mjs < {"url", "code", "hostname", "timezone", "address", "gateway", "management", "key", "email", "password", "until"}
// until "sent": ends when the answers are handed over; else it ends in the desk. Prints what it saw as JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const given = JSON.parse(readFileSync(0, "utf8"));
const SECOND = 1000;

// What a page has is waited for, not its address: that of a page which is still on its way is there already.
const arrive = (page, selector) => page.locator(selector).first().waitFor({ state: "attached" });

async function next(page, selector) {
  await page.click(".setup-sheet button[value=next]");
  await arrive(page, selector);
}

async function enter(page) {
  await page.goto(given.url);
  await arrive(page, "#code");
  await page.fill("#code", given.code);
  await page.click(".button-main");
  await arrive(page, "#hostname");
}

async function answerAll(page) {
  await page.fill("#hostname", given.hostname);
  await page.fill("#timezone", given.timezone);
  await next(page, "#network_address");
  await page.check("input[name=network_kind][value=fixed]");
  await page.fill("#network_address", given.address);
  await page.fill("#network_gateway", given.gateway);
  await page.fill("#network_dns", "");
  await next(page, "#management_networks");
  await page.fill("#management_networks", given.management);
  await page.fill("#management_public_keys", given.key);
  await next(page, "input[name=certificate_kind]");
  await next(page, "#administrator_email"); // with a certificate that the machine makes
  await page.fill("#administrator_email", given.email);
  await page.fill("#administrator_password", given.password);
  await page.fill("#administrator_again", given.password);
  await next(page, "input[name=site_role]");
  await next(page, "#backup_even"); // a single site that begins anew
  await next(page, "form[action$='/summary'] button"); // no repositories yet
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
  await page.click("a.button-main");
  await page.waitForURL((address) => !address.pathname.startsWith("/first-boot"), { waitUntil: "commit" });
  await page.goto(new URL("/production/sign-in", given.url).href);
  await page.fill("#login", "admin");
  await page.fill("#password", given.password);
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/requests/, { waitUntil: "commit" });
}

async function journey(page) {
  await enter(page);
  await answerAll(page);
  await page.click("form[action$='/summary'] button");
  await page.waitForURL(/\/progress$/, { waitUntil: "commit" });
  if (given.until === "sent") return { titles: [], signed_in: false };
  const titles = await follow(page);
  await signIn(page);
  return { titles, signed_in: true };
}

const browser = await launch();
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en" });
  context.setDefaultTimeout(60 * SECOND);
  const page = await context.newPage();
  try {
    console.log(JSON.stringify(await journey(page)));
  } catch (failure) {
    const text = await page.locator("body").innerText().catch(() => "(no page)");
    throw new Error(`${failure.message}\nat ${page.url()}:\n${text.slice(0, 1500)}`);
  }
} finally {
  await browser.close();
}
