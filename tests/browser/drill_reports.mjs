// Drills as ./dev lab drill leaves them, signed with a key of this test run's own.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DAY = 86_400_000;
const PHASES = [
  ["detected", 8.21, null], ["ordered", 8.4, 0], ["elected", 9.9, 1.5], ["writable", 14.02, 5.62], ["address", 16.4, 8],
  ["signed_in", 18.9, 10.5], ["acknowledged", 20.5, 12.1], ["playbook", 24.75, 16.35],
];

/** The report of a drill that began at `time`; `rto_seconds` is measured against 60 s. */
export function drillReport(time, { rto = 20.5, by = "M. Dupont", because = "the quarterly drill" } = {}) {
  const began = new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  const passed = rto <= 60;
  const stretch = rto / 20.5;
  return {
    drill: began.replaceAll("-", "").replaceAll(":", ""),
    began_at: began,
    state: "carried out",
    goals: { rto_seconds: 60, rpo_transactions: 0 },
    order: { by, because },
    package: { Package: "slipway", Version: "0.1.0", Architecture: "amd64" },
    failover: {
      from: "paris", to: "lyon", rto_seconds: rto, rpo: { transactions: 0, seconds: 0 },
      phases: PHASES.map(([name, cut, order]) => ({ name, words: name, since_cut: cut * stretch, since_order: order === null ? null : order * stretch })),
    },
    verdict: { word: passed ? "passed" : "failed", passed, goals: [{ name: "RTO", met: passed }, { name: "RPO", met: true }] },
  };
}

const page = (name) => `<!doctype html>
<html lang="en"><head><title>Drill ${name}</title><style>h1 { color: rgb(1, 2, 3) }</style></head>
<body><h1>Drill ${name}</h1><script>document.title = "a script ran"</script><img src="/static/x.png" alt=""></body></html>
`;

/** Lays drills into the console's directory. */
export class Drills {
  constructor(directory) {
    this.directory = directory;
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
    this.key = privateKey;
    this.publicKey = publicKey.export({ type: "spki", format: "pem" });
    rmSync(directory, { recursive: true, force: true });
  }

  lay(report, { altered = (text) => text } = {}) {
    const drill = join(this.directory, report.drill);
    mkdirSync(drill, { recursive: true });
    writeFileSync(join(this.directory, "key-test.pub"), this.publicKey);
    const files = { "report.html": page(report.drill), "report.json": JSON.stringify(report) };
    const sums = Object.entries(files).map(([name, text]) => `${createHash("sha256").update(text).digest("hex")}  ${name}\n`).join("");
    for (const [name, text] of Object.entries(files)) writeFileSync(join(drill, name), name === "report.json" ? altered(text) : text);
    writeFileSync(join(drill, "SHA256SUMS"), sums);
    writeFileSync(join(drill, "SHA256SUMS.sig"), sign("sha256", Buffer.from(sums), this.key));
    return report.drill;
  }

  /** A year and a half of drills: one missed its goal, one was changed since, one is cut off; the last one is good. */
  layHistory(now = Date.now()) {
    for (const [days, rto] of [[540, 48.2], [450, 41.9], [360, 74.3], [270, 33.1], [180, 24.8]]) this.lay(drillReport(now - days * DAY, { rto }));
    this.lay(drillReport(now - 120 * DAY, { rto: 1.2 }), { altered: (text) => text.replace("quarterly", "faked") });
    this.lay(drillReport(now - 100 * DAY), { altered: (text) => text.slice(0, 200) });
    return this.lay(drillReport(now - 20 * DAY, { by: "Zoé <script>alert(1)</script> Müller" }));
  }
}
