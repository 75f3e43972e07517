// A machine's first boot in the browser: all pages, mistakes and their correction, the progress to its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, screenshot, visit } from "./browser.mjs";
import { eventually, makeCertificate, startWizard } from "./wizard_instance.mjs";

const STEPS = ["host-name", "time-zone", "network", "management", "keys", "certificate", "repositories", "restore", "setup", "migration",
  "administrator", "serve"];
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJg8o1r0nGQm0f3cVbTWkuTpyTzUyD7kH4c0i9n2wGgN operator";
const PASSWORD = "a quiet harbour, 7 boats";

async function withWizard(browser, options, work, expected = []) {
  const wizard = await startWizard();
  try {
    // The wizard's refusals are answers with a status, which Chromium's console reports.
    await visit(browser, wizard, options, (page) => work(page, wizard), [/status of 40[0139]|status of 429/, ...expected]);
  } finally {
    await wizard.stop();
  }
}

async function enter(page, wizard) {
  await page.goto(`${wizard.url}/`);
  await page.waitForURL(/\/first-boot$/);
  await page.fill("#code", `${wizard.code.slice(0, 4).toLowerCase()}-${wizard.code.slice(4)}`);
  await page.click(".button-main");
  await page.waitForURL(/\/first-boot\/machine$/);
}

const next = (page) => Promise.all([page.waitForEvent("load"), page.click(".setup-sheet button[value=next]")]);
const go = (page, name) => Promise.all([page.waitForURL(new RegExp(`/first-boot/${name}$`)), page.click(`.setup-steps button[value=${name}]`)]);

/** Answers all questions, from the first page to the summary. */
async function answerAll(page, { shots = "" } = {}) {
  const shot = async (name) => {
    if (!shots) return;
    await assertAccessible(page, `${name} ${shots}`);
    await screenshot(page, `wizard-${name}-${shots}`);
  };
  await page.fill("#hostname", "desk.example.org");
  await page.fill("#timezone", "Europe/Paris");
  await shot("machine");
  await next(page);
  await page.check("input[name=network_kind][value=fixed]");
  await page.fill("#network_address", "192.0.2.10/24\n2001:db8::10/64");
  await page.fill("#network_gateway", "192.0.2.1");
  await page.fill("#network_dns", "192.0.2.53");
  await shot("network");
  await next(page);
  await page.fill("#management_networks", "192.0.2.0/28");
  await page.fill("#management_public_keys", KEY);
  await shot("access");
  await next(page);
  await shot("certificate");
  await next(page);
  await page.fill("#administrator_email", "admin@example.org");
  await page.fill("#administrator_password", PASSWORD);
  await page.fill("#administrator_again", PASSWORD);
  await shot("administrator");
  await next(page);
  await page.check("input[name=site_role][value=primary]");
  await shot("start");
  await next(page);
  await page.fill("#backup_even", "file:///srv/backup");
  await shot("backups");
  await next(page);
  assert.match(page.url(), /\/first-boot\/summary$/);
  await shot("summary");
}

/** In root's place: what was handed over goes on to the end, with one failure on the way. */
async function carryOut(page, wizard, { shots, javaScript }) {
  const text = await eventually("the answers", () => wizard.answers());
  const look = async (wanted) => {
    if (!javaScript) await page.reload();
    await page.locator("h1", { hasText: wanted }).waitFor();
  };
  const say = shots.includes("fr")
    ? { running: "La machine est mise en service", failed: "Quelque chose n’a pas marché", done: "Le centre de services est prêt" }
    : { running: "The machine is being set up", failed: "Something went wrong", done: "The desk is ready" };
  let work = await wizard.work();
  wizard.take();
  wizard.record({ phase: "running", finished: STEPS.slice(0, 3), step: STEPS[3], note: "" });
  await look(say.running);
  assert.equal(await page.locator(".setup-progress-done").count(), 3);
  assert.equal(await page.locator(".setup-progress-running").count(), 1);
  // The network is another one now: the page says where to go on.
  assert.ok(await page.locator("a[href='https://192.0.2.10/']").count());
  await assertAccessible(page, `running ${shots}`);
  await screenshot(page, `wizard-running-${shots}`);

  const failure = { step: STEPS[5], message: "certificate: nginx refuses it", hint: "look at 'nginx -t'", at: new Date(Date.now() + 60_000).toISOString() };
  wizard.record({ phase: "running", finished: STEPS.slice(0, 5), step: STEPS[5], failure });
  await work.end();
  await look(say.failed);
  assert.match(await page.locator("main").innerText(), /nginx refuses it[\s\S]*look at 'nginx -t'/);
  await assertAccessible(page, `failed ${shots}`);
  await screenshot(page, `wizard-failed-${shots}`);
  await Promise.all([page.waitForEvent("load"), page.click("form[action='/first-boot/again'] button")]);
  await eventually("the wish to try again", () => wizard.again());

  work = await wizard.work();
  wizard.take();
  wizard.record({ phase: "running", finished: STEPS, step: null });
  await look(say.running);
  wizard.finish();
  await work.end();
  await look(say.done);
  assert.equal(await page.locator("a.button-main").getAttribute("href"), "/");
  await assertAccessible(page, `done ${shots}`);
  await screenshot(page, `wizard-done-${shots}`);
  return text;
}

function journeys(context) {
  for (const [size, colorScheme, locale, javaScriptEnabled] of [["wide", "light", "en", true], ["phone", "dark", "fr", true], ["wide", "dark", "en", false]])
    // F7
    test(`first boot from the code to the desk: ${size}, ${colorScheme}, ${locale}, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async () => {
      await withWizard(context.browser, { size, colorScheme, locale, javaScriptEnabled }, async (page, wizard) => {
        const shots = javaScriptEnabled ? `${colorScheme}-${size}-${locale}` : "";
        await page.goto(wizard.url);
        assert.equal(await page.getAttribute("html", "lang"), locale);
        if (shots) {
          await assertAccessible(page, `code ${shots}`);
          await screenshot(page, `wizard-code-${shots}`);
        }
        await enter(page, wizard);
        await answerAll(page, { shots });
        await Promise.all([page.waitForURL(/\/progress$/), page.click("form[action$='/summary'] button")]);
        const say = { shots: shots || "plain-en", javaScript: javaScriptEnabled };
        const text = javaScriptEnabled ? await carryOut(page, wizard, say) : await carryOutPlain(page, wizard);
        for (const line of [/^hostname = "desk\.example\.org"$/m, /^timezone = "Europe\/Paris"$/m, /^address = \["192\.0\.2\.10\/24", "2001:db8::10\/64"\]$/m,
          /^role = "primary"$/m, /^even = "file:\/\/\/srv\/backup"$/m, /^kind = "self-made"$/m, /^from = "new"$/m])
          assert.match(text, line);
        assert.ok(text.includes(`password = "${PASSWORD}"`));
      });
    });
}

/** Without scripts the page comes again by itself (axe needs scripts, so the looks are not checked here). */
async function carryOutPlain(page, wizard) {
  const text = await eventually("the answers", () => wizard.answers());
  const work = await wizard.work();
  wizard.take();
  wizard.record({ phase: "running", finished: STEPS.slice(0, 3), step: STEPS[3] });
  await page.locator("h1", { hasText: "The machine is being set up" }).waitFor();
  wizard.finish();
  await work.end();
  await page.locator("h1", { hasText: "The desk is ready" }).waitFor();
  return text;
}

export function wizardTests(context) {
  journeys(context);

  // A19: nothing typed is lost, passwords excepted, and each fault stands at its field.
  test("mistakes are named at their fields and nothing typed is lost", async () => {
    await withWizard(context.browser, {}, async (page, wizard) => {
      await enter(page, wizard);
      await page.fill("#hostname", "desk_1.<b>example");
      await page.fill("#timezone", "Europe/Nowhere");
      await next(page);
      assert.equal(await page.inputValue("#hostname"), "desk_1.<b>example");
      assert.equal(await page.getAttribute("#hostname", "aria-invalid"), "true");
      assert.equal(await page.locator(".wrong").count(), 2);
      await assertAccessible(page, "mistakes");
      await screenshot(page, "wizard-mistakes");
      await page.fill("#hostname", "desk.example.org");
      await page.fill("#timezone", "Europe/Paris");
      await next(page);
      assert.match(page.url(), /\/network$/);
      assert.equal(await page.locator("#network_address").isVisible(), false);
      await page.check("input[name=network_kind][value=fixed]");
      await page.fill("#network_address", "192.0.2.10/33");
      await page.fill("#network_gateway", "198.51.100.1");
      await next(page);
      assert.equal(await page.inputValue("#network_address"), "192.0.2.10/33\n");
      assert.equal(await page.getAttribute("#network_address", "aria-invalid"), "true");
      // Leaving by the list of steps keeps what is typed, right or wrong.
      await page.fill("#network_gateway", "203.0.113.9");
      await go(page, "administrator");
      await go(page, "network");
      assert.equal(await page.inputValue("#network_gateway"), "203.0.113.9\n");
      await go(page, "administrator");
      await page.fill("#administrator_email", "admin@example.org");
      await page.fill("#administrator_password", PASSWORD);
      await page.fill("#administrator_again", `${PASSWORD}.`);
      await next(page);
      assert.equal(await page.inputValue("#administrator_email"), "admin@example.org");
      assert.equal(await page.inputValue("#administrator_password"), "");
      assert.match(await page.locator("#administrator_again-wrong").innerText(), /differ/);
      await page.fill("#administrator_password", "short");
      await page.fill("#administrator_again", "short");
      await next(page);
      assert.equal(await page.getAttribute("#administrator_password", "aria-invalid"), "true");
      await go(page, "summary");
      assert.equal(await page.locator("form[action$='/summary']").count(), 0, "the button is there only when all is right");
      await assertAccessible(page, "summary with mistakes");
      await screenshot(page, "wizard-summary-mistakes");
    });
  });

  // A3
  test("an own certificate is checked at once, typed or as files", async () => {
    await withWizard(context.browser, {}, async (page, wizard) => {
      const own = makeCertificate(wizard.directory);
      await enter(page, wizard);
      await page.fill("#hostname", "other.example.org");
      await go(page, "certificate");
      await page.check("input[name=certificate_kind][value=own]");
      await page.fill("#certificate_chain", own.chain);
      await page.fill("#certificate_key", own.key);
      await next(page);
      assert.match(await page.locator("#certificate_chain-wrong").innerText(), /does not speak for other\.example\.org/);
      assert.equal(await page.inputValue("#certificate_key"), "", "a private key is not sent back");
      await assertAccessible(page, "certificate refused");
      await screenshot(page, "wizard-certificate-refused");
      await go(page, "machine");
      await page.fill("#hostname", "desk.example.org");
      await go(page, "certificate");
      await page.fill("#certificate_chain", "");
      await page.setInputFiles("input[name=certificate_chain_file]", own.chainFile);
      await page.setInputFiles("input[name=certificate_key_file]", own.keyFile);
      await next(page);
      assert.match(page.url(), /\/administrator$/);
      await go(page, "summary");
      assert.match(await page.locator("#section-certificate").locator("../..").innerText(), /CN=desk\.example\.org · valid until/);
    });
  });

  // A19
  test("only the code opens the wizard, and guessing it has to pause", async () => {
    await withWizard(context.browser, {}, async (page, wizard) => {
      for (const path of ["machine", "summary", "progress"]) {
        await page.goto(`${wizard.url}/first-boot/${path}`);
        assert.match(page.url(), /\/first-boot$/);
      }
      for (let i = 0; i < 5; ++i) {
        await page.fill("#code", "AAAAAAAA");
        await Promise.all([page.waitForEvent("load"), page.click(".button-main")]);
      }
      await page.fill("#code", wizard.code);
      await Promise.all([page.waitForEvent("load"), page.click(".button-main")]);
      assert.match(await page.locator("[role=alert]").innerText(), /Wait \d+ seconds/);
      await assertAccessible(page, "code refused");
      await screenshot(page, "wizard-code-pause");
    });
  });

  test("answers that the machine refuses can be put right", async () => {
    await withWizard(context.browser, { locale: "fr" }, async (page, wizard) => {
      await enter(page, wizard);
      await answerAll(page);
      await Promise.all([page.waitForURL(/\/progress$/), page.click("form[action$='/summary'] button")]);
      wizard.refuse("hostname: '<i>desk' is not a full name");
      wizard.take();
      await page.locator("h1", { hasText: "La machine n’a pas accepté" }).waitFor();
      assert.match(await page.locator("[role=alert]").first().innerText(), /'<i>desk' is not a full name/);
      await page.click("a[href$='/summary']");
      assert.match(page.url(), /\/summary$/);
    });
  });
}
