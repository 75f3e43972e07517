"""SHA256SUMS over a directory, its detached signature, and their check.

The signature is RSA with SHA-256 (PKCS #1 v1.5): `openssl dgst -verify` checks it on every system since OpenSSL 0.9.8, LibreSSL and ESXi
included, and the same sums give the same signature. docs/image.md weighs it against Ed25519, gpg and minisign.
"""
import hashlib
import os
import re
import stat
import subprocess
import tempfile

from reporting import Failure

SUMS, SIGNATURE, PUBLIC_KEY = "SHA256SUMS", "SHA256SUMS.sig", "signing-key.pub"
# What such a directory may hold beside files that are summed.
UNSUMMED = {SUMS, SIGNATURE, PUBLIC_KEY}
MIN_BITS, NEW_BITS = 3072, 4096
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]*")
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9][A-Za-z0-9._+~-]*)")


def _openssl(*words, data=None):
    try:
        return subprocess.run(["openssl", *words], input=data, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise Failure("openssl is missing", "apt-get install --no-install-recommends openssl") from error


def state_key():
    """Where this machine's own signing key lies."""
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(home, "slipway", "image-signing.pem")


def make_key(path):
    """A new private key, readable by its owner alone; appears in one step, and never replaces one that is there."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), prefix=".key-") as file:
        made = _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{NEW_BITS}")
        if made.returncode != 0:
            raise Failure(f"{path}: no key could be made: {made.stderr.decode().strip()}", "give one with --sign-key FILE")
        file.write(made.stdout)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            pass  # another run was faster; its key serves both


def _require_rsa(path, words):
    shown = _openssl("rsa", *words, "-in", path, "-noout", "-text")
    bits = re.search(rb"\((\d+) bit", shown.stdout)
    if shown.returncode != 0 or not bits:
        raise Failure(f"{path}: is no RSA key that openssl can read", f"make one: openssl genrsa -out FILE {NEW_BITS}")
    if int(bits[1]) < MIN_BITS:
        raise Failure(f"{path}: {int(bits[1])} bits are too few to sign a release with", f"make one: openssl genrsa -out FILE {NEW_BITS}")


def require_private_key(path):
    if not os.path.exists(path):
        raise Failure(f"{path}: no such key", f"leave --sign-key out for a key of this machine, or: openssl genrsa -out {path} {NEW_BITS}")
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode & 0o077:
        raise Failure(f"{path}: others may read this private key (mode {mode:04o})", f"chmod 600 {path}")
    _require_rsa(path, [])


def fingerprint(public_pem):
    """SHA-256 of the key itself, in hexadecimal: what two people compare over another channel."""
    der = _openssl("pkey", "-pubin", "-outform", "DER", data=public_pem)
    if der.returncode != 0:
        raise Failure("the public key cannot be read", "it must be a PEM file that begins with BEGIN PUBLIC KEY")
    return hashlib.sha256(der.stdout).hexdigest()


def _write(path, data):
    with open(f"{path}.part", "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.part", path)


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_in(directory):
    """Names that have to stand in the sums: everything but hidden files, and what the sums and their key are in."""
    names = []
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.name in UNSUMMED or entry.name.endswith(".part"):
            continue
        if not entry.is_file(follow_symlinks=False):
            raise Failure(f"{entry.path}: is no plain file, so it cannot be signed", "move it elsewhere; a release is one flat directory")
        if not _SAFE.fullmatch(entry.name):
            raise Failure(f"{entry.path}: a name that sha256sum may not read back", "rename it with letters, digits and . _ + ~ -")
        names.append(entry.name)
    return names


def seal(directory, key, known=None):
    """Writes the sums, their signature and the public key; known: digests that need not be computed again. Returns the fingerprint."""
    known = known or {}
    names = files_in(directory)
    if not names:
        raise Failure(f"{directory}: there is nothing to sign", "make formats first: images/formats.py make")
    # The old signature goes first: at no moment do sums and signature of different runs lie side by side unnoticed.
    for name in (SIGNATURE, SUMS):
        if os.path.lexists(os.path.join(directory, name)):
            os.unlink(os.path.join(directory, name))
    lines = "".join(f"{known.get(name) or digest_of(os.path.join(directory, name))}  {name}\n" for name in names).encode()
    signed = _openssl("dgst", "-sha256", "-sign", key, data=lines)
    public = _openssl("pkey", "-in", key, "-pubout")
    if signed.returncode != 0 or public.returncode != 0:
        raise Failure(f"{key}: cannot sign: {(signed.stderr or public.stderr).decode().strip()[-200:]}", "check the key with openssl rsa -check")
    _write(os.path.join(directory, PUBLIC_KEY), public.stdout)
    _write(os.path.join(directory, SUMS), lines)
    _write(os.path.join(directory, SIGNATURE), signed.stdout)
    return fingerprint(public.stdout)


def _read(path, hint):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", hint) from error


def signed_sums(directory, public_key):
    """{name: digest} of the sums, once their signature has been found good."""
    again = "download the directory again, whole"
    text = _read(os.path.join(directory, SUMS), again)
    _read(os.path.join(directory, SIGNATURE), again)
    public = _read(public_key, "give the publisher's key file: --key FILE")
    if b"PRIVATE KEY" in public:
        raise Failure(f"{public_key}: is a private key", f"openssl pkey -in {public_key} -pubout -out key.pub, and give that")
    _require_rsa(public_key, ["-pubin"])
    good = _openssl("dgst", "-sha256", "-verify", public_key, "-signature", os.path.join(directory, SIGNATURE), data=text)
    if good.returncode != 0:
        raise Failure(f"{os.path.join(directory, SUMS)}: not signed by the key {fingerprint(public)}, or changed since",
                      "use no file of this directory; ask the publisher for the key's fingerprint and download again")
    sums = {}
    for number, line in enumerate(text.decode().splitlines(), 1):
        found = _LINE.fullmatch(line)
        if not found:
            raise Failure(f"{os.path.join(directory, SUMS)}:{number}: not a line of sums", again)
        sums[found[2]] = found[1]
    return sums


def faults(directory, sums, partial):
    """[(name, what is wrong)]; partial: only what is there counts, as after the download of one format."""
    wrong = []
    for name, digest in sorted(sums.items()):
        path = os.path.join(directory, name)
        if not os.path.lexists(path):
            if not partial:
                wrong.append((name, "is missing"))
        elif os.path.islink(path) or not os.path.isfile(path):
            wrong.append((name, "is no plain file"))
        elif digest_of(path) != digest:
            wrong.append((name, f"differs from what was signed ({os.path.getsize(path)} bytes are here)"))
    if not partial:
        wrong += [(name, "is not signed") for name in files_in(directory) if name not in sums]
    return wrong
