// A Slipway of this test run's own: embedded mode in a temporary directory, filled with content.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentSql } from "./content.mjs";

// Not SLIPWAY_…: programs read those as options and refuse unknown ones.
const program = join(process.env.BROWSER_PROGRAMS ?? "build/release/bin", "slipway");

/** Runs statements in an account's database, as the database's administrator. */
function runSql(socket, account, sql) {
  execFileSync("mariadb", ["--no-defaults", `--socket=${socket}`, "--default-character-set=utf8mb4", `acct_${account}_1`], { input: sql });
}

/** Starts it. Gives {url, login, password, requester, stop()}; `requester` signs in with the same password. */
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
      execFileSync(program, ["up", "--state-dir", directory, "--port", "0", "--json"], {
        stdio: ["ignore", "pipe", "pipe"], timeout: 120_000, encoding: "utf8",
      }),
    );
    const signIn = (account) => report.sign_ins.find((entry) => entry.account === account);
    const { login, password } = signIn("production");
    const socket = join(directory, "database", "run", "mariadbd.sock");
    runSql(socket, "production", contentSql({ requests: 120 }));
    runSql(
      socket,
      "production",
      "UPDATE person SET login = 'camille' WHERE person_id = 2001;" +
        "INSERT INTO credential (person_id, password_hash) SELECT 2001, password_hash FROM credential LIMIT 1;",
    );
    return { url: report.url, login, password, requester: "camille", sandbox: signIn("sandbox").password, stop };
  } catch (error) {
    stop();
    throw new Error(`slipway up failed: ${error.message}\n${error.stderr ?? ""}`);
  }
}
