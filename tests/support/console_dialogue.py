"""What a person does at the console menu of a first boot: on a terminal of a test's own, or over a machine's serial line."""
import os
import pty
import re
import select
import subprocess
import threading
import time


class Line:
    """One end of a terminal or of a serial line, as a file descriptor. All that comes is read at once, whoever waits for it or not: a machine
    that nobody listens to would stand still."""

    def __init__(self, descriptor, alive=lambda: True):
        self.descriptor, self.alive = descriptor, alive
        self.all, self.taken, self.closed = "", 0, False
        self.came = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while not self.closed:
            try:
                if not select.select([self.descriptor], [], [], 0.2)[0]:
                    continue
                said = os.read(self.descriptor, 65536)
            except (OSError, ValueError):
                said = b""
            if not said:
                if not self.alive():
                    return
                time.sleep(0.1)  # a terminal that was hung up, until somebody opens it again
                continue
            with self.came:
                self.all += said.decode(errors="replace").replace("\r", "")
                self.came.notify_all()

    def wait(self, words, seconds=60):
        """Until these words have come; gives what came before them, and forgets both."""
        deadline = time.monotonic() + seconds
        with self.came:
            while words not in self.all[self.taken:]:
                if time.monotonic() > deadline or not self.alive():
                    raise AssertionError(f"the terminal did not say {words!r} within {seconds} s; it said:\n{self.all[-1500:]}")
                self.came.wait(0.5)
            end = self.all.index(words, self.taken)
            before, self.taken = self.all[self.taken:end], end + len(words)
        return before

    def forget(self):
        """What came so far is not looked at any more."""
        with self.came:
            self.taken = len(self.all)

    def close(self):
        self.closed = True
        self.reader.join()
        os.close(self.descriptor)

    def send(self, text):
        """Types, slowly enough for a serial line without flow control, whose receiver holds 16 bytes."""
        data = text.encode()
        for begin in range(0, len(data), 16):
            os.write(self.descriptor, data[begin:begin + 16])
            time.sleep(0.01)

    def answer(self, question, text, seconds=60):
        self.wait(question, seconds)
        self.wait("> ", 10)
        self.send(text + "\n")

    def one_time_code(self, seconds=120):
        """Read off the screen."""
        self.wait("One-time code for it: ", seconds)
        self.wait("\n", 10)
        return re.findall(r"One-time code for it: ([A-Z0-9]{8})", self.all)[-1]


class Meeting(Line):
    """A terminal of its own, and a program on it."""

    def __init__(self, argv):
        master, slave = pty.openpty()
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        super().__init__(master, lambda: self.process.poll() is None)

    def close(self):
        self.process.kill()
        self.process.wait()
        super().close()


def give_answers(line, *, hostname, address, gateway, management, key, password, language="1", seconds=60):
    """All questions, from the language to the button's word, with mistakes that are corrected on the way. No address: DHCP. What the terminal
    said in between, in which a password must not stand."""
    begin = len(line.all)
    line.answer("1) English", language, seconds)
    line.answer("Full name", hostname.split(".")[0], seconds)
    line.answer("not a full name", hostname)
    line.answer("Time zone", "<")
    line.answer("Full name", "")
    line.answer("Time zone", "Europe/Paris")
    line.answer("Fixed addresses", address)
    if address:
        line.answer("Router", gateway)
    line.answer("Name servers", "")
    line.answer("Networks that may use SSH", management)
    line.answer("SSH public keys", key + "\n")
    line.answer("mail address", "admin@example.org")
    line.answer("password", password)
    line.answer("once more", password)
    line.answer("Certificate", "1")
    line.answer("Role of this site", "")
    line.answer("First backup repository", "")
    line.answer("Begin with", "")
    line.answer("Type 'yes'", "yes")
    line.wait("carried out now")
    return line.all[begin:]
