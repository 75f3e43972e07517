"""Turns a machine-readable debian/copyright into an SPDX licence expression."""
import re

from dpkg_root import paragraphs

FORMAT = "copyright-format/1.0"
UNKNOWN = "NOASSERTION"
# Debian's short names whose SPDX identifier is another one; what is in neither table becomes a LicenseRef.
NAMES = {
    "expat": "MIT", "mit": "MIT", "isc": "ISC", "zlib": "Zlib", "apache-2": "Apache-2.0", "apache-2.0": "Apache-2.0",
    "artistic": "Artistic-1.0-Perl", "artistic-2": "Artistic-2.0", "artistic-2.0": "Artistic-2.0", "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause", "bsd-4-clause": "BSD-4-Clause", "bsd-2": "BSD-2-Clause", "bsd-3": "BSD-3-Clause", "0bsd": "0BSD",
    "bsl-1": "BSL-1.0", "bsl-1.0": "BSL-1.0", "boost-1.0": "BSL-1.0", "cc0": "CC0-1.0", "cc0-1.0": "CC0-1.0", "cc-by-3.0": "CC-BY-3.0",
    "cc-by-4.0": "CC-BY-4.0", "cc-by-sa-3.0": "CC-BY-SA-3.0", "cc-by-sa-4.0": "CC-BY-SA-4.0", "mpl-1.1": "MPL-1.1", "mpl-2": "MPL-2.0",
    "mpl-2.0": "MPL-2.0", "openssl": "OpenSSL", "postgresql": "PostgreSQL", "psf-2": "PSF-2.0", "psf-2.0": "PSF-2.0",
    "python-2.0": "Python-2.0", "unicode": "Unicode-DFS-2016", "wtfpl": "WTFPL", "wtfpl-2": "WTFPL", "curl": "curl", "ntp": "NTP",
    "x11": "X11", "libpng": "Libpng", "ofl-1.1": "OFL-1.1", "sil-1.1": "OFL-1.1", "unlicense": "Unlicense", "afl-2.1": "AFL-2.1",
    "epl-1.0": "EPL-1.0", "epl-2.0": "EPL-2.0", "vim": "Vim", "ftl": "FTL", "perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
}
GNU = re.compile(r"(A?GPL|LGPL|GFDL)-?(\d)(?:\.(\d))?(\+?)", re.IGNORECASE)


def identifier(name):
    """The SPDX identifier of one Debian short name."""
    gnu = GNU.fullmatch(name)
    if gnu:
        family, major, minor, later = gnu.groups()
        return f"{family.upper()}-{major}.{minor or 0}-{'or-later' if later else 'only'}"
    if name.lower() in NAMES:
        return NAMES[name.lower()]
    return "LicenseRef-debian-" + re.sub(r"[^A-Za-z0-9.]+", "-", name.replace("+", "plus")).strip("-")


def _words(text, pattern):
    return [part.strip() for part in re.split(pattern, text, flags=re.IGNORECASE) if part.strip()]


def _joined(parts, word):
    """Parts joined by AND or OR; one that has the other word outside of brackets gets brackets."""
    other = {"AND": " OR ", "OR": " AND "}[word]

    def bare(part):
        while (shorter := re.sub(r"\([^()]*\)", "", part)) != part:
            part = shorter
        return part

    return f" {word} ".join(f"({part})" if len(parts) > 1 and other in bare(part) else part for part in parts)


def expression(text):
    """'GPL-2+ or Artistic, and Expat' -> '(GPL-2.0-or-later OR Artistic-1.0-Perl) AND MIT'. An exception is part of a name."""
    groups = []
    for group in _words(text, r"\s*,\s*and\s+|\s*,\s*(?!or\s)"):
        options = [_joined([identifier(name) for name in _words(option, r"\s+and\s+")], "AND") for option in _words(group, r",?\s+or\s+")]
        groups.append(_joined(options, "OR"))
    return _joined(groups, "AND")


def declared(text):
    """The expression of a whole copyright file: all its licences joined; UNKNOWN when it is not machine-readable."""
    if not text or FORMAT not in text.split("\n\n", 1)[0]:
        return UNKNOWN
    names = {fields.get("License", "").split("\n")[0].strip() for fields in paragraphs(text) if "Files" in fields}
    found = sorted({expression(name) for name in names if name} - {""})
    return _joined(found, "AND") if found else UNKNOWN


def references(text):
    """The LicenseRefs that an expression uses."""
    return re.findall(r"LicenseRef-debian-[A-Za-z0-9.-]+", text)
