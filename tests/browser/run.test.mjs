// All browser tests against one instance: node --test tests/browser/run.test.mjs
import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { consoleTests } from "./console.mjs";
import { drillTests } from "./drills.mjs";
import { deskTests } from "./desk.mjs";
import { startInstance } from "./instance.mjs";
import { pageTests } from "./pages.mjs";
import { wizardTests } from "./wizard.mjs";

const context = {};
before(async () => {
  context.instance = startInstance();
  context.browser = await launch();
});
after(async () => {
  await context.browser?.close();
  context.instance?.stop();
});
deskTests(context);
consoleTests(context);
drillTests(context);
pageTests(context);
wizardTests(context);
