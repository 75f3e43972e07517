#!/usr/bin/env python3
"""Requests per second: our server (a handler returning constant JSON) and nginx (a static file of the same bytes).

Both run all the time, each with its access log in a file; wrk loads them in turn, so that other work on the machine meets both.
Prints two records on standard output: requests per second, and the server's CPU time per request, which other work on the
machine disturbs less. Progress goes to standard error."""
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROUNDS = int(os.environ.get("ROUNDS", "12"))
SECONDS = int(os.environ.get("SECONDS_EACH", "1"))
CONNECTIONS = 32
THREADS = os.environ.get("SERVER_THREADS", "16")
WRK = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]

NGINX = """
daemon off; worker_processes 2; pid {top}/nginx.pid; error_log {top}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log {top}/nginx-access.log; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=100; open_file_cache_valid 60s;
  client_body_temp_path {top}/t1; proxy_temp_path {top}/t2; fastcgi_temp_path {top}/t3; uwsgi_temp_path {top}/t4; scgi_temp_path {top}/t5;
  server {{ listen 127.0.0.1:{port}; root {top}/www; default_type application/json; }}
}}
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, expected):
    deadline = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.read() != expected:
                    raise SystemExit(f"{url}: other bytes than expected")
                return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit(f"{url}: does not answer")
            time.sleep(0.05)


def cpu_seconds(pid):
    """User and system time of the process and its children that still run (nginx's workers)."""
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def load(url, pid):
    """Requests per second, and CPU microseconds of the server per request."""
    before = cpu_seconds(pid)
    out = subprocess.run(WRK + [url], check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(pid) - before
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"{url}: wrk saw errors:\n{out}")
    done = int(re.search(r"(\d+) requests in", out).group(1))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), used * 1e6 / done


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release")
    for program in ("wrk", "nginx"):
        if not shutil.which(program):
            raise SystemExit(f"bench json: {program} is missing; apt-get install --no-install-recommends wrk nginx")
    top = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-"))
    processes = []
    try:
        top.chmod(0o755)  # nginx's workers run as another user when the bench is root's
        (top / "www").mkdir()
        body = json.dumps({"requests": [{"number": n, "subject": "The printer on floor %d is on fire again" % n,
                                         "status": "open", "severity": 2} for n in range(10)]}).encode()[:999] + b"\n"
        (top / "www/data.json").write_bytes(body)
        port = free_port()
        (top / "nginx.conf").write_text(NGINX.format(top=top, port=port))
        peer = subprocess.Popen(["nginx", "-p", str(top), "-c", str(top / "nginx.conf")], stderr=subprocess.DEVNULL)
        processes.append(peer)
        with open(top / "ours.log", "wb") as log:
            ours = subprocess.Popen([build / "bin/http_json_server", top / "www/data.json", THREADS],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        processes.append(ours)
        urls = {"ours": (f"http://127.0.0.1:{int(ours.stdout.readline())}/data.json", ours.pid),
                "nginx": (f"http://127.0.0.1:{port}/data.json", peer.pid)}
        rates = {name: [] for name in urls}
        costs = {name: [] for name in urls}
        for name, (url, _) in urls.items():
            wait_for(url, body)
        for number in range(ROUNDS):
            for name in sorted(urls, reverse=number % 2 == 0):
                rate, micros = load(*urls[name])
                rates[name].append(rate)
                costs[name].append(micros)
                say(f"json: round {number + 1}/{ROUNDS}: {name:<5} {rate:9.0f} requests/s, {micros:5.1f} µs CPU per request")
        command = " ".join(WRK) + f" (1 kB, keep-alive, access logs on, median of {ROUNDS})"
        mine, theirs = (statistics.median(rates[name]) for name in ("ours", "nginx"))
        print(json.dumps({"name": "json", "ours": round(mine), "peer": round(theirs), "peer_name": "nginx", "unit": "req/s",
                          "ratio": round(mine / theirs, 2), "command": command}))
        mine, theirs = (statistics.median(costs[name]) for name in ("ours", "nginx"))
        print(json.dumps({"name": "json-cpu", "ours": round(mine, 1), "peer": round(theirs, 1), "peer_name": "nginx",
                          "unit": "us/req", "ratio": round(theirs / mine, 2), "command": command}))
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
