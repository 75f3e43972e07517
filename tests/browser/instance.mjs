// A Slipway of this test run's own: embedded mode in a temporary directory, filled with content.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentSql } from "./content.mjs";

// Not SLIPWAY_…: programs read those as options and refuse unknown ones.
const programs = process.env.BROWSER_PROGRAMS ?? "build/release/bin";
const program = join(programs, "slipway");

/** Runs statements in an account's database, as the database's administrator. Gives rows as lists of texts. */
function runSql(socket, database, sql) {
  const options = ["--no-defaults", `--socket=${socket}`, "--default-character-set=utf8mb4", "--batch", "--skip-column-names", "--raw"];
  const out = execFileSync("mariadb", [...options, database], { input: sql, encoding: "utf8" });
  return out.split("\n").filter(Boolean).map((line) => line.split("\t"));
}

/** Starts it, with generated content in production, a migrated sample in demonstration and a trial in trial. Gives {url, login, password,
 *  requester, demonstration: {password, number, subject}, drills, stop()}: `requester` signs in with the same password as login;
 *  number and subject are those of a migrated request that is still open; `drills` is where the console reads drills. */
export function startInstance() {
  const directory = mkdtempSync(join(tmpdir(), "slipway-browser-"));
  const stop = () => {
    try {
      execFileSync(program, ["down", "--state-dir", directory], { stdio: "pipe", timeout: 60_000 });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  try {
    const report = JSON.parse(
      execFileSync(program, ["up", "--state-dir", directory, "--port", "0", "--backup", "--json"], {
        stdio: ["ignore", "pipe", "pipe"], timeout: 120_000, encoding: "utf8",
      }),
    );
    const signIn = (account) => report.sign_ins.find((entry) => entry.account === account);
    const { login, password } = signIn("production");
    const socket = join(directory, "database", "run", "mariadbd.sock");
    const content = "acct_production_1";
    runSql(socket, content, contentSql({ requests: 120 }));
    runSql(
      socket,
      content,
      "UPDATE person SET login = 'camille' WHERE person_id = 2001;" +
        "INSERT INTO credential (person_id, password_hash) SELECT 2001, password_hash FROM credential LIMIT 1;",
    );
    execFileSync(join(programs, "slipway-migrate"), ["demo", "--state-dir", directory, "--account", "demonstration", "--tickets", "60"], {
      stdio: "pipe", timeout: 120_000,
    });
    const [[number, subject]] = runSql(
      socket,
      "acct_demonstration_2",
      "SELECT number, subject FROM request WHERE status = 'open' AND deleted_at IS NULL AND merged_into IS NULL ORDER BY number LIMIT 1;",
    );
    const demonstration = { password: signIn("demonstration").password, number, subject };
    const migrate = (...options) => execFileSync(join(programs, "slipway-migrate"), [...options, "--state-dir", directory], { stdio: "pipe", timeout: 120_000 });
    execFileSync(program, ["account", "create", "trial", "--kind", "validation", "--state-dir", directory], { stdio: "pipe", timeout: 60_000 });
    migrate("run", "--source", `socket=${socket},user=root,db=${content}`, "--account", "trial", "--trial", "--execute");
    return { url: report.url, login, password, requester: "camille", demonstration, drills: join(directory, "drills"), stop };
  } catch (error) {
    stop();
    throw new Error(`slipway up failed: ${error.message}\n${error.stderr ?? ""}`);
  }
}
