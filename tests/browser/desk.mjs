// A day at the desk, as people do it: both languages, with and without JavaScript.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { screenshot, signIn, visit } from "./browser.mjs";

const TEXTS = {
  en: { signIn: "Sign in", signedOut: "You are signed out.", answered: "Your reply was sent.", noted: "The internal note is kept.", closed: "Closed",
    open: "Open", suspend: "Suspend", start: "Start work", resume: "Resume work", resolve: "Resolve", close: "Close", reopen: "Reopen" },
  fr: { signIn: "Connexion", signedOut: "Vous êtes déconnecté.", answered: "Votre réponse est envoyée.", noted: "La note interne est enregistrée.", closed: "Fermé",
    open: "Ouvrir", suspend: "Suspendre", start: "Commencer le travail", resume: "Reprendre le travail", resolve: "Résoudre", close: "Fermer", reopen: "Rouvrir" },
};

const offered = (page) => page.locator(".actions input[name=to]").evaluateAll((inputs) => inputs.map((input) => input.value).sort());

/** Makes one move as a person does and says what is offered next. */
async function move(page, to, { solution, reason } = {}) {
  const form = page.locator(`.actions form:has(input[name=to][value=${to}])`);
  const menu = page.locator(`.actions details:has(input[name=to][value=${to}])`);
  if (await menu.count()) await menu.locator("summary").click();
  if (solution) await form.locator("select").selectOption(solution);
  if (reason) await form.locator("input[name=reason]").fill(reason);
  // Not waitForURL: after an earlier move the address fits already.
  await Promise.all([page.waitForEvent("load"), form.locator("button").click()]);
  assert.match(page.url(), /done=moved/);
  return offered(page);
}

async function openRequest(page, base, subject) {
  await page.goto(`${base}/requests/new`);
  await page.fill("#subject", subject);
  await page.fill("#description", "One line.\n\nhttps://example.com/a?b=1&c=2 and <b>no markup</b>.");
  await page.check("input[name=severity][value='2']");
  await Promise.all([page.waitForURL(/done=opened/), page.click("main form button[type=submit]")]);
}

async function day(page, instance, language, javaScript) {
  const say = TEXTS[language];
  const base = `${instance.url}/demonstration`;
  const { number, subject } = instance.demonstration;
  // A15: sign in.
  await page.goto(`${base}/requests`);
  await page.waitForURL(/sign-in\?return=/);
  assert.equal(await page.locator("h1").innerText(), say.signIn);
  await page.fill("#login", instance.login);
  await page.fill("#password", instance.demonstration.password);
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/demonstration\/requests/);
  if ((await page.getAttribute("html", "lang")) !== language) await page.click(`footer button[value=${language}]`);
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);

  // A27: find a migrated request by the words of its subject.
  await page.fill("main input[type=search]", subject);
  await page.click("main form[role=search] button");
  await page.click(`.row-link[href$="/requests/${number}"]`);
  await page.waitForURL(/requests\/\d+$/);
  assert.equal(await page.locator("h1").innerText(), subject);

  // Answer it with two attachments, and read back what was sent.
  const bytes = randomBytes(300_000);
  await page.fill("#body", `Answer in ${language}\nsecond line <i>&amp;</i>`);
  await page.setInputFiles("#files", [
    { name: "mesures été 測定.bin", mimeType: "application/octet-stream", buffer: bytes },
    { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("plain") },
  ]);
  await Promise.all([page.waitForURL(/done=answered#message-\d+/), page.click("#reply button[type=submit]")]);
  assert.ok((await page.locator(".notice").innerText()).includes(say.answered));
  const message = page.locator(".message").last();
  assert.ok((await message.locator(".message-body").innerText()).includes("second line <i>&amp;</i>"));
  const [download] = await Promise.all([page.waitForEvent("download"), message.locator(".file").first().click()]);
  assert.equal(download.suggestedFilename(), "mesures été 測定.bin");
  assert.ok(readFileSync(await download.path()).equals(bytes), "the attachment came back as it was sent");

  // An internal note.
  await page.check("input[name=visibility][value=internal]");
  await page.fill("#body", "For agents only");
  await Promise.all([page.waitForURL(/done=noted/), page.click("#reply button[type=submit]")]);
  assert.ok((await page.locator(".notice").innerText()).includes(say.noted));
  assert.equal(await page.locator(".message-internal").last().locator(".message-body").innerText(), "For agents only");

  // A request of one's own through the moves of B4.
  await openRequest(page, base, `Browser test ${language} ${javaScript}`);
  assert.equal(await page.locator(".message-body a").getAttribute("href"), "https://example.com/a?b=1&c=2");
  assert.deepEqual(await offered(page), ["open"]);
  assert.deepEqual(await move(page, "open"), ["closed", "in_progress", "resolved", "suspended"]);
  assert.deepEqual(await move(page, "in_progress"), ["resolved", "suspended"]);
  assert.deepEqual(await move(page, "suspended"), ["closed", "in_progress", "resolved"]);
  assert.deepEqual(await move(page, "in_progress"), ["resolved", "suspended"]);
  assert.deepEqual(await move(page, "resolved", { solution: "fix" }), ["closed", "open"]);
  assert.deepEqual(await move(page, "open"), ["closed", "in_progress", "resolved", "suspended"]);
  assert.deepEqual(await move(page, "closed", { reason: "Done" }), []);
  assert.equal((await page.locator(".ticket-marks .badge").innerText()).trim(), say.closed);
  assert.equal(await page.locator("#reply").count(), 0, "a closed request takes no answer (B6)");
  await screenshot(page, `closed-${language}-${javaScript ? "js" : "plain"}`);

  await page.click("form[action$='/sign-out'] button");
  await page.waitForURL(/sign-in/);
  assert.ok((await page.locator(".notice").innerText()).includes(say.signedOut));
  await page.goto(`${base}/requests`);
  await page.waitForURL(/sign-in\?return=/);
}

export function deskTests(context) {
  for (const language of ["en", "fr"])
    for (const javaScriptEnabled of [true, false])
      // A15, A27, B1, B4, B6, B7
      test(`a day at the desk: ${language}, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async () => {
        const { browser, instance } = context;
        await visit(browser, instance, { locale: language, javaScriptEnabled, acceptDownloads: true }, (page) =>
          day(page, instance, language, javaScriptEnabled));
      });

  // A20: what a requester sees.
  test("a requester sees own requests, no notes and no tools of agents", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      await signIn(page, instance, { login: instance.requester });
      await page.goto(`${instance.url}/production/requests?all=1`);
      const links = await page.locator(".row-link").evaluateAll((rows) => rows.map((row) => row.href));
      assert.ok(links.length > 0);
      assert.equal(await page.locator("#assignee").count(), 0);
      for (const link of links.slice(0, 8)) {
        await page.goto(link);
        assert.equal(await page.locator(".message-internal").count(), 0);
        assert.equal(await page.locator(".edit, input[name=visibility], form[action$='/assign']").count(), 0);
      }
    });
  });

  // A15
  test("signing in needs only the keyboard, and the skip link comes first", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      await page.goto(`${instance.url}/production/sign-in`);
      // The field takes the focus by itself, but a browser does that when it first draws the page, which can be after "load".
      await page.waitForFunction(() => document.activeElement.id === "login");
      await page.keyboard.type(instance.login);
      await page.keyboard.press("Tab");
      await page.keyboard.type(instance.password);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/requests/);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "main");
      await page.keyboard.press("/");
      assert.equal(await page.evaluate(() => document.activeElement.type), "search");
    });
  });

  for (const javaScriptEnabled of [true, false])
    // A4: remembered in a cookie that names nobody.
    test(`the theme is remembered, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async () => {
      const { browser, instance } = context;
      await visit(browser, instance, { javaScriptEnabled, colorScheme: "light" }, async (page) => {
        await page.goto(`${instance.url}/production/sign-in`);
        const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const light = await ground();
        const kept = page.waitForResponse((response) => response.url().endsWith("/preferences"));
        await page.click("footer button[value=dark]");
        await kept;
        await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
        assert.notEqual(await ground(), light);
        await page.reload();
        assert.notEqual(await ground(), light);
        assert.equal(await page.locator("footer button[value=dark]").getAttribute("aria-pressed"), "true");
      });
    });

  // A4
  test("a form without its token is refused", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      await signIn(page, instance);
      await page.locator(".row-link").first().click();
      await page.waitForURL(/requests\/\d+$/);
      for (const action of ["answer", "move", "assign", "team", "severity"]) {
        const answer = await page.request.post(`${page.url()}/${action}`, { form: { body: "x", to: "open", from: "new" } });
        assert.equal(answer.status(), 403, action);
      }
      for (const path of ["requests/new", "profile/language", "profile/password", "preferences", "sign-out"]) {
        const answer = await page.request.post(`${instance.url}/production/${path}`, { form: { csrf: "0".repeat(43) } });
        assert.equal(answer.status(), 403, path);
      }
    });
  });

  // A19: throttled sign-in is one of them.
  test("refusals are pages: 404, 405, 413, 429", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      const status = async (wanted, answer) => {
        assert.equal(answer.status(), wanted);
        assert.match(await answer.text(), /<h1/);
      };
      await status(404, await page.request.get(`${instance.url}/no/such/page`));
      await status(405, await page.request.get(`${instance.url}/production/sign-out`));
      await status(413, await page.request.post(`${instance.url}/production/sign-in`, { form: { login: "x".repeat(100_000) } }));
      await page.goto(`${instance.url}/production/sign-in`);
      const csrf = await page.locator("main input[name=csrf]").inputValue();
      let last;
      for (let i = 0; i < 8 && last?.status() !== 429; ++i)
        last = await page.request.post(`${instance.url}/production/sign-in`, { form: { csrf, login: "nobody", password: "wrong" } });
      await status(429, last);
    });
  });

  // A1: the session of one account opens no page of another, however the address is guessed.
  test("a session of one account is worth nothing in another", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      await signIn(page, instance);
      const session = (await page.context().cookies(`${instance.url}/production/requests`)).find((cookie) => cookie.name === "__Secure-slipway");
      const { number } = instance.demonstration;
      for (const path of ["requests", `requests/${number}`, "requests/new", "attachments/1", "profile"]) {
        const get = (account) => page.request.get(`${instance.url}/${account}/${path}`, {
          headers: { cookie: `${session.name}=${session.value}` }, maxRedirects: 0 });
        assert.notEqual((await get("production")).status(), 303, path);
        const answer = await get("demonstration");
        assert.equal(answer.status(), 303, path);
        assert.match(answer.headers().location, /^\/demonstration\/sign-in/);
      }
      const rest = await page.request.get(`${instance.url}/api/v1/demonstration/requests`, {
        headers: { cookie: `${session.name}=${session.value}`, authorization: `Bearer ${session.value}` } });
      assert.equal(rest.status(), 401);
    });
  });

  // A1, A24: which kind of account this is.
  test("accounts that are not production say so", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      await page.goto(`${instance.url}/sandbox/sign-in`);
      assert.match(await page.locator(".band-sandbox").innerText(), /Sandbox/);
      await page.goto(`${instance.url}/production/sign-in`);
      assert.equal(await page.locator(".band").count(), 0);
    });
  });

  // A27: whose data, of which day, and that no mail goes out.
  test("trial data say so on every page, in both languages", async () => {
    const { browser, instance } = context;
    const band = async (locale) => {
      let text;
      await visit(browser, instance, { locale, size: "phone" }, async (page) => {
        await page.goto(`${instance.url}/trial/requests`);
        text = await page.locator(".band-validation").innerText();
      });
      return text;
    };
    // The trial was made just now, which may have been yesterday.
    const days = [Date.now(), Date.now() - 86_400_000].map((time) => {
      const [, day, month, year] = new Date(time).toUTCString().split(" ");
      return `${Number(day)} ${month} ${year}`;
    });
    assert.ok(days.map((day) => `Trial data of ${day}: what you change here will not stay · No mail is sent`).includes(await band("en")));
    assert.match(await band("fr"), /^Données d’essai du \d+ \S+ \d{4} : .* · Aucun courriel n’est envoyé$/);
  });

  // B1
  test("paging leads through the whole list and back", async () => {
    const { browser, instance } = context;
    await visit(browser, instance, {}, async (page) => {
      await signIn(page, instance);
      await page.goto(`${instance.url}/production/requests?all=1&sort=number`);
      const numbers = () => page.locator("td.row-number").allInnerTexts();
      // A click ends before the page it leads to is there.
      const follow = async (link) => {
        const to = new URL(await link.getAttribute("href"), page.url());
        await link.click();
        await page.waitForURL(to.href);
      };
      const first = await numbers();
      const seen = [...first];
      while (await page.locator("a[rel=next]").count()) {
        await follow(page.locator("a[rel=next]"));
        seen.push(...(await numbers()));
      }
      assert.ok(seen.length >= 120);
      assert.equal(new Set(seen).size, seen.length, "no request twice");
      while (await page.locator("a[rel=prev]").count()) await follow(page.locator("a[rel=prev]"));
      assert.deepEqual(await numbers(), first);
    });
  });
}
