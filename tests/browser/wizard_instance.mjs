// The first boot's wizard as a browser meets it: the program on its socket, a TLS proxy in front, and the test in root's place, which
// takes the answers and writes how far they are carried out.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const programs = process.env.BROWSER_PROGRAMS ?? "build/release/bin";
const openssl = (...options) => execFileSync("openssl", options, { stdio: "pipe" });

export async function eventually(what, predicate) {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = await predicate();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within 15 s: ${what}`);
    await pause(20);
  }
}

/** {chain, key} of an authority of its own for desk.example.org, in files too: chainFile, keyFile. */
export function makeCertificate(directory, name = "desk.example.org") {
  const file = (ending) => join(directory, ending);
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...ec, "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days", "400", "-subj", "/CN=Authority of a test");
  openssl("req", ...ec, "-keyout", file("own.key"), "-out", file("own.csr"), "-subj", `/CN=${name}`);
  writeFileSync(file("own.ext"), `subjectAltName=DNS:${name}\n`);
  openssl("x509", "-req", "-in", file("own.csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "300",
    "-extfile", file("own.ext"), "-out", file("own.pem"));
  const chain = readFileSync(file("own.pem"), "utf8") + readFileSync(file("ca.pem"), "utf8");
  writeFileSync(file("chain.pem"), chain);
  return { chain, key: readFileSync(file("own.key"), "utf8"), chainFile: file("chain.pem"), keyFile: file("own.key") };
}

async function startProxy(directory, socket) {
  openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", join(directory, "proxy.key"),
    "-out", join(directory, "proxy.pem"), "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1");
  const options = { key: readFileSync(join(directory, "proxy.key")), cert: readFileSync(join(directory, "proxy.pem")) };
  const proxy = https.createServer(options, (request, response) => {
    const headers = { ...request.headers, "x-forwarded-for": request.socket.remoteAddress, "x-forwarded-proto": "https" };
    const asked = http.request({ socketPath: socket, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    asked.on("error", () => response.writeHead(503).end());
    request.pipe(asked);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return proxy;
}

/** {url, code, directory, answers(): the text or null, take(), record(state), refuse(text), work(): {end()}, stop()}. */
export async function startWizard() {
  const directory = mkdtempSync(join(tmpdir(), "slipway-wizard-"));
  const place = (name) => join(directory, name);
  for (const name of ["run", "state", "out"]) mkdirSync(place(name));
  const code = "ACDEFGHJ";
  writeFileSync(place("run/code"), `${code}\n`, { mode: 0o600 });
  const program = spawn(join(programs, "slipway-wizardd"), ["--wizard-socket", place("http.sock"), "--wizard-code-file", place("run/code"),
    "--wizard-directory", place("out"), "--wizard-run-dir", place("run"), "--wizard-state-dir", place("state")], { stdio: "ignore" });
  await eventually("the wizard's socket", () => existsSync(place("http.sock")));
  const proxy = await startProxy(directory, place("http.sock"));
  const answersFile = place("out/answers.toml");
  return {
    url: `https://127.0.0.1:${proxy.address().port}`,
    code,
    directory,
    answers: () => (existsSync(answersFile) ? readFileSync(answersFile, "utf8") : null),
    again: () => existsSync(place("out/again")),
    take: () => ["answers.toml", "again"].forEach((name) => rmSync(place(`out/${name}`), { force: true })),
    record: (state) => writeFileSync(place("state/state.json"), JSON.stringify(state)),
    finish: () => writeFileSync(place("state/done"), ""),
    refuse: (text) => writeFileSync(place("run/refused"), text),
    /** Holds the lock as `slipway first-boot apply` does; end() lets it go. */
    work: async () => {
      const holder = spawn("flock", [place("run/lock"), "sh", "-c", "echo held; read line"], { stdio: ["pipe", "pipe", "inherit"] });
      await once(holder.stdout, "data");
      return { end: async () => { const ended = once(holder, "exit"); holder.stdin.end(); await ended; } };
    },
    stop: async () => {
      proxy.close();
      proxy.closeAllConnections();
      const ended = once(program, "exit");
      program.kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
