// The console's page of drills, as an administrator sees it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, screenshot, signIn, visit } from "./browser.mjs";
import { drillReport, Drills } from "./drill_reports.mjs";

const LOOKS = [["light", "wide", "en"], ["dark", "phone", "fr"], ["dark", "wide", "en"], ["light", "phone", "fr"]];

/** Pages are in a person's own language; the footer's choice changes it. */
async function speak(page, language) {
  await page.click(`button[name=language][value=${language}]`);
  await page.waitForSelector(`html[lang=${language}]`);
}

/** The page in each look: accessible, no wider than the screen; `check(text, page)` looks at its words. */
async function inEveryLook({ browser, instance }, name, check) {
  for (const [colorScheme, size, locale] of LOOKS)
    await visit(browser, instance, { colorScheme, size, locale }, async (page) => {
      await signIn(page, instance);
      await page.click("nav a[href$='/console/drills']");
      await page.waitForURL(/console\/drills/);
      await speak(page, locale);
      assert.equal(await page.locator("nav a[aria-current=page]").count(), 1);
      await assertAccessible(page, `${name} ${colorScheme} ${size}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${overflow} px wider than the screen`);
      await check(await page.locator("main").innerText(), page, locale);
      await screenshot(page, `${name}-${colorScheme}-${size}`, { fullPage: true });
      await speak(page, "en");
    });
}

export function drillTests(context) {
  // F3, A40
  test("before the first drill the console says how to run one", async () => {
    await inEveryLook(context, "console-drills-none", (text) => assert.match(text, /playbooks\/drill\.yml/));
  });
  // F3, A39, A40
  test("the console tells the last drill, the trend, and what is wrong with a report", async () => {
    new Drills(context.instance.drills).layHistory();
    await inEveryLook(context, "console-drills", async (text, page, locale) => {
      const english = locale === "en";
      assert.match(text, english ? /20\.5\ss/ : /20,5\ss/);
      assert.ok(text.includes("Zoé <script>alert(1)</script> Müller"));
      assert.match(text, english ? /cut off or damaged/ : /tronqué ou endommagé/);
      assert.equal(await page.locator(".drills tbody tr").count(), 8);
      assert.equal(await page.locator(".trend-met").count(), 5);
      assert.equal(await page.locator(".trend-missed").count(), 1);
      assert.equal(await page.locator(".drills .seal-bad").count(), 1);
      assert.match(await page.locator(".trend").getAttribute("aria-label"), /: 6\..*: 1\./);
    });
  });
  // F3, A4
  test("a drill's own report opens as it was signed, and nothing in it is carried out", async () => {
    const { browser, instance } = context;
    const drills = new Drills(instance.drills);
    const good = drills.layHistory();
    await visit(browser, instance, {}, async (page) => {
      await signIn(page, instance);
      await page.goto(`${instance.url}/production/console/drills`);
      assert.equal(await page.locator(".drills a").count(), 7);
      const answer = await page.goto(`${instance.url}/production/console/drills/${good}`);
      assert.match(answer.headers()["content-security-policy"], /default-src 'none'.*sandbox/);
      assert.equal(await page.title(), `Drill ${good}`);
      assert.equal(await page.locator("h1").evaluate((node) => getComputedStyle(node).color), "rgb(1, 2, 3)");
      for (const address of ["20200101T000000Z", "..%2Fkey-test.pub", "%2e%2e", "key-test.pub"])
        assert.ok([400, 404].includes((await page.goto(`${instance.url}/production/console/drills/${address}`)).status()), address);
    }, [/40[04]/, /Content Security Policy/, /Blocked script execution/]);
    await visit(browser, instance, {}, async (page) => {
      await signIn(page, instance, { login: instance.requester });
      assert.equal(await page.locator("nav a[href*='/console/']").count(), 0);
      for (const address of ["", `/${good}`])
        assert.equal((await page.goto(`${instance.url}/production/console/drills${address}`)).status(), 403);
    }, [/403/]);
  });
  // F3
  test("a drill that is too old or missed its goal is warned of", async () => {
    const drills = new Drills(context.instance.drills);
    drills.lay(drillReport(Date.now() - 400 * 86_400_000, { rto: 74.3 }));
    await inEveryLook(context, "console-drills-risk", async (text, page) => {
      assert.equal(await page.locator(".alert-line").count(), 2);
      assert.match(text, /400/);
      assert.match(text, /370/);
    });
    drills.layHistory();
  });
}
