#!/usr/bin/env python3
"""pages.py URL LOGIN PASSWORD SOCKET DATABASE LEAST: signs in to the account at URL, opens every request's page and downloads every
file: each page answers and names its request, each download has the bytes that its row promises. Fewer than LEAST requests
are a fault: an empty account would be in order too."""
import hashlib
import pathlib
import sys

from target import Target

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from site_visitor import Slipway  # noqa: E402


# A27
def test_everything_that_moved_can_be_opened(url, login, password, socket, database, least):
    target = Target(socket, database)
    site = Slipway(url)
    site.sign_in(login, password)
    wrong, slowest = [], 0.0
    numbers = sorted(target.requests())
    for number in numbers:
        answer, page, elapsed = site.ask("%s/requests/%d" % (site.path, number))
        slowest = max(slowest, elapsed)
        if answer.status != 200 or b"#%d" % number not in page:
            wrong.append("request %d: status %d" % (number, answer.status))
    files = list(target.rows(["attachment_id", "LOWER(HEX(content_hash))"], "FROM attachment ORDER BY attachment_id"))
    for identifier, digest in files:
        answer, data, _ = site.ask("%s/attachments/%s" % (site.path, identifier))
        if answer.status != 200 or hashlib.sha256(data).hexdigest() != digest:
            wrong.append("attachment %s: status %d, %d bytes that differ" % (identifier, answer.status, len(data)))
        if (answer.getheader("Content-Disposition") or "").split(";")[0] != "attachment":
            wrong.append("attachment %s: a browser would show it as a page of ours" % identifier)
    print("%10d pages, slowest %.0f ms\n%10d downloads\n%10d wrong" % (len(numbers), slowest, len(files), len(wrong)))
    for one in wrong[:40]:
        print("  " + one)
    if wrong or len(numbers) < int(least):
        raise SystemExit("pages: not everything that moved can be opened")


test_everything_that_moved_can_be_opened(*sys.argv[1:])
