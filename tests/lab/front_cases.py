"""What strangers and people meet at port 443 of a configured appliance. `self.desk` is it (appliance.py)."""
import contextlib
import json
import pathlib
import tempfile

import host as lab

# Answers on the web server's socket with what it was asked: webd itself keeps what nginx tells it to itself.
ECHO = r'''
import http.server, json, os, socketserver, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self):
        return "socket"

    def do_GET(self):
        body = json.dumps({"path": self.path, "headers": {key.lower(): value for key, value in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

class Server(socketserver.ThreadingUnixStreamServer):
    def get_request(self):
        request, _ = super().get_request()
        return request, ("socket", 0)

os.umask(0o117)
Server(sys.argv[1], Handler).serve_forever()
'''
# What is no fault of the server's settings: a self-made certificate is in no chain and is never revoked; engine_problem is about the
# machine that looks.
ACCEPTED = {"cert_trust", "cert_chain_of_trust", "cert_revocation", "engine_problem"}


class Tls:
    # A3
    def test_tls_is_1_2_or_newer(self):
        answers = {}
        for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
            result = self.desk.network.inside(self.desk.outside, "openssl", "s_client", "-brief", f"-{version}", "-cipher", "DEFAULT:@SECLEVEL=0",
                                              "-connect", f"{self.desk.host.address}:443", input="", check=False)
            answers[version] = result.returncode == 0
        self.assertEqual(answers, {"tls1": False, "tls1_1": False, "tls1_2": True, "tls1_3": True})

    # A2, A3
    def test_testssl_finds_nothing_above_low(self):
        with tempfile.TemporaryDirectory(prefix="slipway-testssl-") as folder:
            report = pathlib.Path(folder) / "report.json"
            # Its status counts findings, and its clients are simulated by what it knows, not by what they are: the report tells more.
            self.desk.network.inside(self.desk.outside, "testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none",
                                     "--jsonfile", report, f"{self.desk.host.address}:443", check=False, timeout=900)
            found = json.loads(report.read_text(encoding="utf-8"))
        severities = {row["id"]: row["severity"] for row in found}
        # It has looked: a run that was cut short has none of these.
        for asked in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3", "heartbleed", "ROBOT", "LUCKY13", "RC4", "HSTS_time", "cert_trust"):
            self.assertIn(asked, severities)
        for version in ("SSLv2", "SSLv3", "TLS1", "TLS1_1"):
            self.assertIn("not offered", next(row["finding"] for row in found if row["id"] == version))
        bad = [f"{row['severity']} {row['id']}: {row['finding']}" for row in found
               if row["severity"] not in ("OK", "INFO", "LOW", "DEBUG") and row["id"].split(" ")[0] not in ACCEPTED]
        self.assertEqual(bad, [])


class Requests:
    def test_nginx_adds_what_webd_cannot_know_and_repeats_nothing(self):
        status, headers, _ = self.desk.fetch("/")
        self.assertEqual(status, 200)
        self.assertIn("max-age=31536000", headers["strict-transport-security"][0])
        for name in ("content-security-policy", "referrer-policy", "x-content-type-options", "strict-transport-security", "x-frame-options"):
            self.assertEqual(len(headers[name]), 1, name)
        self.assertNotRegex(headers["server"][0], r"\d")

    @contextlib.contextmanager
    def echo_in_place_of_webd(self):
        socket = "/run/slipway-webd/http.sock"
        self.desk.sh("systemctl stop slipway.target slipway-webd && cat >/run/echo.py <<'TEXT'\n" + ECHO + "\nTEXT\n"
                     "install -d -o www-data -m 0750 /run/slipway-webd && systemd-run --quiet --unit lab-echo --uid www-data "
                     f"/usr/bin/python3 /run/echo.py {socket}")
        try:
            lab.poll(lambda: self.desk.fetch("/")[0] == 200, 30, "the echo on webd's socket")
            yield
        finally:
            self.desk.sh("systemctl stop lab-echo; rm -r /run/slipway-webd; systemctl start slipway.target slipway-webd")
            lab.poll(lambda: self.desk.fetch("/health")[0] == 200, 60, "webd again")

    def test_webd_is_told_one_address_and_nothing_a_client_claims(self):
        with self.echo_in_place_of_webd():
            _, _, body = self.desk.fetch("/some/where?a=1", "-H", "X-Forwarded-For: 198.51.100.1", "-H", "Forwarded: for=198.51.100.1",
                                         "-H", "X-Real-IP: 198.51.100.1", "-H", "X-Request-Id: 00000000")
        told = json.loads(body)
        self.assertEqual(told["path"], "/some/where?a=1")
        self.assertEqual(told["headers"]["x-forwarded-for"], self.desk.network.address(66))
        self.assertNotIn("198.51.100.1", body)
        self.assertRegex(told["headers"]["x-request-id"], r"^[0-9a-f]{32}$")
        self.assertEqual(told["headers"]["host"], self.desk.host.address)

    # A2
    def test_health_is_answered_and_metrics_are_not(self):
        self.assertEqual(self.desk.fetch("/health")[0], 200)
        for path in ("/metrics", "/ready", "//metrics", "/metrics/", "/%6detrics", "/a/../metrics", "/metrics?x=1", "/.//ready"):
            self.assertEqual(self.desk.fetch(path)[0], 404, path)

    def test_a_body_above_the_limit_is_refused(self):
        big = self.desk.work / "big"
        with open(big, "wb") as file:
            file.truncate(81 * 1024 * 1024)
        self.assertEqual(self.desk.fetch("/upload", "--data-binary", f"@{big}", "-H", "Expect:")[0], 413)

    def test_while_webd_is_away_people_get_a_page_and_programs_a_problem(self):
        self.desk.sh("systemctl stop slipway.target slipway-webd")
        try:
            english, french = self.desk.fetch("/"), self.desk.fetch("/", "-H", "Accept-Language: fr-CH, fr;q=0.9")
            program = self.desk.fetch("/api/v1/acme/requests")
        finally:
            self.desk.sh("systemctl start slipway.target slipway-webd")
        self.assertEqual({english[0], french[0], program[0]}, {503})
        self.assertIn('lang="en"', english[2])
        self.assertIn('lang="fr"', french[2])
        self.assertNotRegex(english[2], r"(?:src|href)=\"[^\"]")
        self.assertEqual(program[1]["content-type"][0], "application/problem+json")
        self.assertEqual(json.loads(program[2])["title"], "Service Unavailable")
        self.assertIn("retry-after", program[1])
        lab.poll(lambda: self.desk.fetch("/health")[0] == 200, 60, "webd again")

    def test_access_log_is_json_without_queries(self):
        status, _, _ = self.desk.fetch("/marked?code=secret-in-a-query")
        last = lab.poll(lambda: self.desk.sh("grep /marked /var/log/nginx/access.log | tail -n 1"), 10, "a line of the access log")
        line = json.loads(last)
        self.assertEqual((line["path"], line["status"], line["address"]), ("/marked", status, self.desk.network.address(66)))
        self.assertEqual(self.desk.sh("grep -c secret-in-a-query /var/log/nginx/access.log || true"), "0")


class Floods:
    # A5
    def test_a_flood_of_requests_is_answered_429(self):
        flooder = self.desk.network.outsider(70)
        url = f"https://{self.desk.host.address}/health?[1-900]"
        codes = self.desk.network.inside(flooder, "curl", "--silent", "--insecure", "--http1.1", "--parallel", "--parallel-max", "40", "--output",
                                         "/dev/null", "--write-out", "%{http_code}\n", url).stdout.split()
        self.assertIn("429", codes)
        self.assertIn("200", codes)
        self.assertEqual(self.desk.fetch("/health")[0], 200)

    # A5
    def test_who_probes_for_what_is_not_there_is_banned(self):
        prober = self.desk.network.outsider(71)

        def probe():
            url = f"https://{self.desk.host.address}/.env/[1-30]"
            result = self.desk.network.inside(prober, "curl", "--silent", "--insecure", "--fail-early", "--max-time", "3", "--output", "/dev/null",
                                              "--write-out", "%{http_code}\n", url, check=False)
            return "000" in result.stdout
        lab.poll(probe, 60, "a ban of whoever asked for missing pages")
        self.assertEqual(self.desk.fetch("/health")[0], 200)

    # A5
    def test_jails_run(self):
        jails = self.desk.sh("fail2ban-client status | sed -n 's/.*Jail list:[[:space:]]*//p'").replace(",", "").split()
        self.assertEqual(sorted(jails), ["nginx-limit-req", "slipway-probe", "slipway-sign-in", "sshd"])
