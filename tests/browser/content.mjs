// A service desk's content as SQL, the same for the same seed: English and French, long and short, non-Latin text,
// attachments, internal notes, quotations, migrated HTML, every status. Printed when run: node content.mjs [requests].
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";

function randomSource(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const quote = (text) => (text === null ? "NULL" : `CONVERT(X'${Buffer.from(text, "utf8").toString("hex")}' USING utf8mb4)`);
const sqlTime = (milliseconds) => `'${new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "000")}'`;

const AGENTS = ["Inès Moreau", "Tom Okafor", "Aiko Tanaka", "Lucas Ferreira", "Margaret O’Neill"];
const REQUESTERS = [
  "Camille Laurent", "Jürgen Groß", "Priya Raghavan", "Σοφία Παπαδοπούλου", "田中 太郎", "Олена Шевченко", "محمد العلي",
  "Sam Whitfield", "Élodie de la Tour", "Nguyễn Thị Mai", "Bartholomew Featherstonehaugh-Cholmondeley", "Ana Souza", "Kwame Mensah", "Léa Petit",
];
const PLACES = ["building A", "atelier 2", "Lisboa", "reception", "Göteborg", "quai 7", "大阪", "night shift", "site de Brest", "Kraków"];
const TEAMS = ["Workplace", "Network", "Business applications", "Facturation"];
const CASES = [
  ["Printer on the third floor prints blank pages", "Since this morning the printer next to room 3.14 prints blank pages only. The test page is fine.\n\nIt worked on Friday.", "en"],
  ["Impossible d’ouvrir les factures de septembre", "Bonjour,\n\ndepuis la mise à jour, les factures de septembre s’ouvrent sur une page vide. Celles d’août fonctionnent.\n\nMerci d’avance !", "fr"],
  ["VPN drops every ten minutes when working from home", "The connection closes after about ten minutes with “peer not responding”. I have to sign in again each time.\n\nSee https://wiki.example.com/vpn/troubleshooting#timeouts, I did all of it.", "en"],
  ["Mot de passe expiré, compte verrouillé", "Mon compte est verrouillé après trois essais. Pouvez-vous le débloquer avant 14 h ? J’ai une présentation.", "fr"],
  ["New starter on Monday: laptop, badge, phone", "Please prepare for Kwame, starting Monday:\n- laptop (14 inch)\n- badge for buildings A and C\n- phone with the Lisbon prefix", "en"],
  ["Export of the inventory stops at 65,536 rows", "The CSV export of the inventory ends after 65,536 rows, without any message. The page says 81,204 rows.\n\nExpected: all rows, or a warning.", "en"],
  ["画面が文字化けしています", "受注画面で日本語の備考が「????」と表示されます。昨日までは問題ありませんでした。\n\nスクリーンショットを添付します。", "en"],
  ["Ошибка при отправке отчёта", "При отправке квартального отчёта появляется сообщение «Тайм-аут». Пробовали три раза.", "en"],
  ["لا يمكن الوصول إلى لوحة القيادة", "عند فتح لوحة القيادة تظهر صفحة فارغة. المشكلة منذ صباح اليوم.", "en"],
  ["Lenteurs sur l’application de planification entre 9 h et 10 h", "Chaque matin entre 9 h et 10 h, l’affichage d’un planning prend plus de 20 secondes.\nLe reste de la journée, tout va bien.", "fr"],
  ["Ask: can the weekly report come as PDF instead of HTML?", "It would help us to archive it.", "en"],
  ["Production line 2 stopped: label printer rejects all jobs", "Line 2 is standing still. The label printer answers “403 licence” to every job since 06:12.\n\nWe lose about 300 pallets an hour. Call +33 1 99 00 12 34 at any time.", "en"],
  ["Droits d’accès au dossier « Budget 2027 »", "Pouvez-vous me donner accès en lecture au dossier partagé « Budget 2027 » ? Validation de Mme Petit ci-jointe.", "fr"],
  ["<script>alert('x')</script> in a comment field is shown as text?", "I typed <b>bold</b> and <script>alert(1)</script> & expected \"nothing\" to happen.\n\nhttps://example.com/?a=1&b=<script>", "en"],
  ["Meeting room display shows yesterday’s bookings and, after a restart, the bookings of another building altogether, which confuses visitors and the reception alike", "See the photograph. It is the one by the lift.", "en"],
  ["Certificate of intranet.example.com expires in 5 days", "Monitoring reports that the certificate expires on Thursday.\n\nhttps://intranet.example.com", "en"],
];
const AGENT_LINES = {
  en: [
    "Thank you for the report. I am looking into it now.",
    "I could reproduce this on our side. A fix is on its way; until then please use the old export under Tools › Archive.",
    "We restarted the service at 09:40. Could you try again and tell us whether it still happens?",
  ],
  fr: [
    "Bonjour, merci pour ces précisions. Pouvez-vous me dire depuis quelle version ?",
    "C’est corrigé dans la version déployée cette nuit. Je passe la demande en résolu ; dites-nous si le problème revient.",
  ],
};
const USER_LINES = {
  en: [
    "It works again, thank you!",
    "> We restarted the service at 09:40.\n> Could you try again and tell us whether it still happens?\n\nYes, still the same. Second try at 10:05.",
    "Version 4.2.1, and also on the colleague’s machine.",
  ],
  fr: ["Toujours le même problème ce matin, capture jointe.", "Depuis la version 4.2.1, et aussi sur le poste voisin."],
};
const NOTES = {
  en: ["The licence server was moved on Tuesday, see change 2231. I asked the network team."],
  fr: ["Même cause que #12 : à regrouper si un troisième cas arrive."],
};
const HTML_MAIL = "<html><head><style>p{color:red}</style></head><body><p>Bonjour,</p><p>voici la <b>capture</b> demand&eacute;e.<br>Cordialement</p><script>alert(1)</script><div>-- <br>L&eacute;a Petit &middot; Comptabilit&eacute;</div></body></html>";
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const STATUSES = [["open", 5], ["new", 3], ["in_progress", 4], ["suspended", 2], ["resolved", 3], ["closed", 5]];

/** Statements that fill an account's database. `now` in milliseconds. */
export function contentSql({ requests = 240, seed = 20261121, now = Date.now() } = {}) {
  const random = randomSource(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const weighted = (list) => {
    let left = random() * list.reduce((sum, row) => sum + row[1], 0);
    for (const [value, weight] of list) if ((left -= weight) < 0) return value;
    return list[0][0];
  };
  const out = ["SET NAMES utf8mb4;", "SET time_zone = '+00:00';", "START TRANSACTION;"];
  const person = (id, name, role, language) =>
    out.push(`INSERT INTO person (person_id, display_name, email, login, role, language) VALUES (${id}, ${quote(name)}, 'person${id}@example.com', NULL, '${role}', '${language}');`);
  AGENTS.forEach((name, i) => person(1001 + i, name, "agent", "en"));
  REQUESTERS.forEach((name, i) => person(2001 + i, name, "requester", i % 2 ? "en" : "fr"));
  TEAMS.forEach((name, i) => out.push(`INSERT INTO team (team_id, name) VALUES (${i + 1}, ${quote(name)});`));
  ["Asset number", "Site"].forEach((name, i) => out.push(`INSERT INTO custom_field (field_id, name) VALUES (${i + 1}, ${quote(name)});`));

  const contents = new Set();
  const attach = (message, name, type, bytes) => {
    const hash = createHash("sha256").update(bytes).digest("hex");
    if (!contents.has(hash)) {
      contents.add(hash);
      out.push(`INSERT INTO content VALUES (X'${hash}', ${bytes.length});`, `INSERT INTO content_piece VALUES (X'${hash}', 0, X'${bytes.toString("hex")}');`);
    }
    out.push(`INSERT INTO attachment (message_id, file_name, media_type, size_bytes, content_hash) VALUES (${message}, ${quote(name)}, '${type}', ${bytes.length}, X'${hash}');`);
  };
  const FILES = [
    ["screenshot.png", "image/png", PNG],
    ["journal d’erreurs été.txt", "text/plain", Buffer.from("09:41:02 erreur 403 licence\n".repeat(400))],
    ["請求書.pdf", "application/pdf", Buffer.from("%PDF-1.4\n%…\n")],
    ["export-of-the-inventory-with-a-rather-long-name-2026-11-20-final-v2.csv", "text/csv", Buffer.from("number;name\n1;a\n".repeat(9000))],
  ];

  let message = 0;
  for (let number = 1; number <= requests; ++number) {
    const [subject, description, language] = CASES[(number - 1) % CASES.length];
    const status = weighted(STATUSES);
    const severity = weighted([[1, 1], [2, 4], [3, 8], [4, 3]]);
    const requester = 2001 + Math.floor(random() * REQUESTERS.length);
    const agent = 1001 + Math.floor(random() * AGENTS.length);
    const created = now - Math.floor((requests - number) ** 1.6 * 60_000 * (3 + random())) - 240_000;
    const step = Math.max(1000, Math.floor((now - created) / 12));
    const answers = status === "new" ? 0 : 1 + Math.floor(random() * 4);
    const updated = Math.min(now - 30_000, created + step * (answers + 1));
    const assigned = status !== "new";
    const title = number <= CASES.length ? subject : `${subject}, ${PLACES[number % PLACES.length]}`;
    out.push(`INSERT INTO request (number, subject, status, severity, requester_id, assignee_id, team_id, solution, close_reason, created_at, updated_at, search_text) VALUES (${number}, ${quote(title)}, '${status}', ${severity}, ${requester}, ${assigned ? agent : "NULL"}, ${random() < 0.7 ? 1 + Math.floor(random() * TEAMS.length) : "NULL"}, ${status === "resolved" || status === "closed" ? "'fix'" : "NULL"}, ${status === "closed" ? quote(language === "fr" ? "Confirmé par le demandeur" : "Confirmed by the requester") : "NULL"}, ${sqlTime(created)}, ${sqlTime(updated)}, ${quote(description)});`);
    const say = (author, at, body, visibility = "public", format = "plain") =>
      out.push(`INSERT INTO message (message_id, number, author_id, visibility, body, format, written_at) VALUES (${++message}, ${number}, ${author}, '${visibility}', ${quote(body)}, '${format}', ${sqlTime(at)});`);
    const event = (actor, at, kind, from, to, detail = null) =>
      out.push(`INSERT INTO request_event (number, happened_at, actor_id, kind, old_value, new_value, detail) VALUES (${number}, ${sqlTime(at)}, ${actor}, '${kind}', '${from}', '${to}', ${quote(detail)});`);
    say(requester, created, description);
    event(requester, created, "opened", "", "new");
    if (number % 3 === 0) attach(message, ...FILES[Math.floor(random() * FILES.length)]);
    if (number % 9 === 0) attach(message, ...FILES[3]);
    if (assigned) {
      event(agent, created + step / 2, "assignee", "", String(agent), AGENTS[agent - 1001]);
      event(agent, created + step / 2, "status", "new", "open");
    }
    for (let i = 1; i <= answers; ++i) {
      const at = created + step * i;
      if (i % 2 === 1) say(agent, at, pick(AGENT_LINES[language]));
      else if (number % 7 === 0) say(requester, at, HTML_MAIL, "public", "html");
      else say(requester, at, pick(USER_LINES[language]));
      if (i === 2 && number % 2 === 0) say(agent, at + 1000, pick(NOTES[language]), "internal");
    }
    if (assigned && status !== "open") event(agent, updated, "status", "open", status);
    if (number % 4 === 0) {
      out.push(`INSERT INTO custom_value (number, field_id, value) VALUES (${number}, 1, 'SRV-${1000 + number}'), (${number}, 2, ${quote(pick(["Saint-Nazaire", "Göteborg", "大阪", "Lisboa"]))});`);
      out.push(`INSERT INTO request_watcher (number, person_id, role) VALUES (${number}, ${2001 + (number % REQUESTERS.length)}, 'copy');`);
    }
    if (number > 12 && number % 5 === 0) out.push(`INSERT INTO request_link (number, kind, target_number) VALUES (${number}, 'refers_to', ${number - 7});`);
    if (number % 10 === 0) out.push(`INSERT INTO request_link (number, kind, target_url) VALUES (${number}, 'depends_on', 'https://tracker.example.com/issue/${number}');`);
  }
  out.push("COMMIT;");
  return out.join("\n") + "\n";
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(contentSql({ requests: Number(process.argv[2] ?? 240) }));
