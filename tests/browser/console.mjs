// The console, as an administrator and as somebody who is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, screenshot, signIn, visit } from "./browser.mjs";

/** Loads the page until the agent's first backup is there. */
async function untilRestorable(page, address) {
  const end = Date.now() + 120_000;
  do {
    await page.goto(address);
    if (await page.locator(".span-line").count()) return;
    await page.waitForTimeout(500);
  } while (Date.now() < end);
  assert.fail("nothing can be restored after two minutes");
}

export function consoleTests(context) {
  // A37, A40
  test("the console says what can be restored, to which second, from which repository", async () => {
    const { browser, instance } = context;
    for (const [colorScheme, size, locale] of [["light", "wide", "en"], ["dark", "phone", "fr"]]) {
      await visit(browser, instance, { colorScheme, size, locale }, async (page) => {
        await signIn(page, instance);
        await untilRestorable(page, `${instance.url}/production/console/backups`);
        const from = await page.locator(".span-line .exact").first().innerText();
        assert.match(from, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
        const age = Date.now() - Date.parse(from.replace(" UTC", "Z").replace(" ", "T"));
        assert.ok(age >= 0 && age < 3_600_000, from);
        const text = await page.locator("main").innerText();
        assert.match(text, /even/);
        assert.match(text, /slipway restore --to \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ --account production --into NEW/);
        assert.ok((await page.locator(".chart-row rect").count()) >= 3);
        await assertAccessible(page, `console ${colorScheme} ${size}`);
        await screenshot(page, `console-restorable-${colorScheme}-${size}`);
      });
    }
  });
  // A19
  test("the console is for administrators alone", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      const address = `${instance.url}/production/console/backups`;
      await page.goto(address);
      assert.match(page.url(), /sign-in\?return=/);
      await signIn(page, instance, { login: instance.requester });
      assert.equal(await page.locator("nav a[href$='/console/backups']").count(), 0);
      const answer = await page.goto(address);
      assert.equal(answer.status(), 403);
      assert.equal(await page.locator(".span-line").count(), 0);
    }, [/403/]);
  });
}
