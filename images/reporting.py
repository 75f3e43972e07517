"""What the image tools say while they work: one line per step, sizes and rates, and errors that name a way out."""
import difflib
import os
import sys
import time


class Failure(Exception):
    """Something the person who called can do something about: what, and the way out."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.hint = hint


def human(count):
    """1536 -> '1.5 KiB'."""
    value, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


def source_date_epoch():
    """The date that reproducible builds give their files: that of the commit; 1970 when nothing is said."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "0")
    if not text.isdigit():
        raise Failure(f"SOURCE_DATE_EPOCH={text}: is no number of seconds", "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)")
    return int(text)


def nearest(word, known):
    """A hint that names what may have been meant."""
    close = difflib.get_close_matches(word, known, 1)
    return f"did you mean '{close[0]}'? known: {', '.join(known)}" if close else f"known: {', '.join(known)}"


class Progress:
    """Tells on stderr how far a step is: rewritten in place on a terminal, else a line every ten seconds."""

    EVERY_S = {True: 0.5, False: 10.0}

    def __init__(self, title, total_bytes, out=None):
        self.title, self.total = title, total_bytes
        self.out = out or sys.stderr
        self.live = self.out.isatty()
        self.began = self.told = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.began

    def at(self, done_bytes):
        now = time.monotonic()
        if now - self.told < self.EVERY_S[self.live]:
            return
        self.told = now
        share = 100 * done_bytes / self.total if self.total else 100
        rate = done_bytes / max(now - self.began, 0.001)
        line = f"· {self.title}: {share:.0f} %, {now - self.began:.0f} s, {human(rate)}/s"
        self.out.write(f"\r\033[K{line}" if self.live else line + "\n")
        self.out.flush()

    def end(self, text):
        """The step's last line; the rate is that of the input."""
        seconds = self.seconds()
        line = f"· {self.title}: {text}, {seconds:.1f} s, {human(self.total / max(seconds, 0.001))}/s"
        self.out.write(f"\r\033[K{line}\n" if self.live else line + "\n")
        self.out.flush()


def say(text):
    sys.stderr.write(f"· {text}\n")
    sys.stderr.flush()


def run_tool(name, work):
    """main() of a tool: turns a Failure into two lines on stderr and exit status 1."""
    try:
        return work()
    except Failure as failure:
        sys.stderr.write(f"{name}: {failure}\n")
        if failure.hint:
            sys.stderr.write(f"hint: {failure.hint}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{name}: interrupted; what was finished is kept, nothing half-written has a final name\n")
        return 130
