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
        known = NAMES[name.lower()]
        return f"({known})" if " OR " in known else known
    return "LicenseRef-debian-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


def _words(text, pattern):
    return [part.strip() for part in re.split(pattern, text, flags=re.IGNORECASE) if part.strip()]


def expression(text):
    """'GPL-2+ or Artistic, and Expat' -> '(GPL-2.0-or-later OR Artistic-1.0-Perl) AND MIT'. An exception is part of a name."""
    def alternatives(part):
        options = [" AND ".join(identifier(name) for name in _words(option, r"\s+and\s+")) for option in _words(part, r"\s+or\s+")]
        options = [f"({option})" if len(options) > 1 and " AND " in option else option for option in options]
        return " OR ".join(options)

    groups = [alternatives(part) for part in _words(text, r"\s*,\s*and\s+|\s*,\s*(?=\S)(?!or\s)")]
    groups = [f"({group})" if len(groups) > 1 and " OR " in group else group for group in groups]
    return " AND ".join(groups)


def declared(text):
    """The expression of a whole copyright file: all its licences joined; UNKNOWN when it is not machine-readable."""
    if not text or FORMAT not in text.split("\n\n", 1)[0]:
        return UNKNOWN
    found = []
    for fields in paragraphs(text):
        if "Files" in fields and (name := fields.get("License", "").split("\n")[0].strip()):
            found.append(expression(name))
    unique = sorted(set(filter(None, found)))
    if not unique:
        return UNKNOWN
    return " AND ".join(f"({part})" if len(unique) > 1 and " OR " in part and not part.startswith("(") else part for part in unique)


def references(text):
    """The LicenseRefs that an expression uses."""
    return re.findall(r"LicenseRef-debian-[A-Za-z0-9.-]+", text)
