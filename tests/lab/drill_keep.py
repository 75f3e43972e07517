"""Where drills are kept: a directory for each, its signature, the trend of all, and the key that signs them.

    drills/trend.jsonl          a line per drill
    drills/drill-key.pub        what verify() trusts: kept here, never taken out of a report
    drills/20261130T211359Z/    report.json, report.html, records of the client, SHA256SUMS and its signature

The private key is this machine's own and lies with its other state. Sums and signature are those of the images (images/signing.py)."""
import contextlib
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "images"))
import signing  # noqa: E402  (images/)
from reporting import Failure  # noqa: E402  (images/)
from roots import LabError, run  # noqa: E402  (beside this file)

TREND, KEY = "trend.jsonl", "drill-key.pub"
SHOWN = 10


def private_key():
    return pathlib.Path(signing.state_key()).with_name("drill-signing.pem")


@contextlib.contextmanager
def _in_words():
    try:
        yield
    except Failure as failure:
        raise LabError(str(failure)) from failure


def require_key(drills):
    """The private key, made where there is none, and its fingerprint; its public half is beside the trend. Another one there is not replaced:
    what was signed with it could no longer be verified."""
    key, kept = private_key(), drills / KEY
    with _in_words():
        if not key.exists():
            signing.make_key(str(key))
        signing.require_private_key(str(key))
        public = run("openssl", "pkey", "-in", key, "-pubout").stdout.encode()
        drills.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            kept.write_bytes(public)
        if kept.read_bytes() != public:
            raise LabError(f"{kept}: is key {signing.fingerprint(kept.read_bytes())[:16]}…, and this machine signs with "
                           f"{signing.fingerprint(public)[:16]}…; "
                           "keep drills in another directory (--out), or move that key and its drills away")
        return key, signing.fingerprint(public)


def read_trend(drills):
    """Lines of the trend, oldest first; a half-written last one aside."""
    found, file = [], drills / TREND
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def add_to_trend(drills, line):
    with open(drills / TREND, "a+", encoding="utf-8") as file:
        # Behind a line that was cut off, a new one begins.
        if file.tell() and not (drills / TREND).read_bytes().endswith(b"\n"):
            file.write("\n")
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def sign(directory, key):
    with _in_words():
        return signing.seal(str(directory), str(key))


def verify(directory, public):
    """The fingerprint of the key that signed a drill's directory, and its files; a LabError says what is wrong with it."""
    directory, public = pathlib.Path(directory), pathlib.Path(public)
    if not public.exists():
        raise LabError(f"{public}: no such key; it is kept beside the trend: --out DIR names the directory of the drills, --key FILE the key itself")
    with _in_words():
        trusted, brought = signing.fingerprint(public.read_bytes()), directory / signing.PUBLIC_KEY
        if brought.exists() and brought.read_bytes() != public.read_bytes():
            raise LabError(f"{directory}: brings a key of its own, which is not the key of the drills, {trusted} ({public}); it proves nothing")
        sums = signing.signed_sums(str(directory), str(public))
        wrong = signing.faults(str(directory), sums, False)
    if wrong:
        raise LabError(f"{directory}: is not what was signed: " + "; ".join(f"{name} {what}" for name, what in wrong))
    return trusted, sorted(sums)
