"""The wall clock of a host of the lab, stepped for its programs alone: all hosts have the one of this machine.

By libfaketime: what a program asks for by CLOCK_REALTIME is off by so much from its next question on, also in the middle of its life. The
clocks that count from the boot stay, as they do on a machine whose clock is set."""
import pathlib
import shutil

from roots import LabError

LIBRARY = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
PLACE = "usr/lib/slipway-lab"
UNITS = ("mariadb", "slipway-sited", "slipway-webd", "slipway-jobd", "slipway-backupd")
DROP_IN = f"""\
[Service]
Environment=LD_PRELOAD=/{PLACE}/libfaketime.so.1 FAKETIME_TIMESTAMP_FILE=/{PLACE}/clock FAKETIME_CACHE_DURATION=1
Environment=FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DISABLE_SHM=1 NO_FAKE_STAT=1
"""


def prepare(host):
    """From its programs' next start on the host's clock can be stepped; they are started again where they run."""
    if not LIBRARY.exists():
        raise LabError(f"{LIBRARY} is missing: apt-get install --no-install-recommends libfaketime")
    (host.merged / PLACE).mkdir(exist_ok=True)
    shutil.copy(LIBRARY, host.merged / PLACE)
    step(host, 0)
    for unit in UNITS:
        place = host.merged / f"etc/systemd/system/{unit}.service.d"
        place.mkdir(exist_ok=True)
        (place / "lab-clock.conf").write_text(DROP_IN, encoding="utf-8")
    host.root_sh("systemctl daemon-reload && systemctl try-restart " + " ".join(UNITS), timeout=300)


def prepared(host):
    return (host.merged / PLACE / "clock").exists()


def step(host, seconds):
    """The host's wall clock is off by so many seconds from now on."""
    file = host.merged / PLACE / "clock"
    beside = file.with_suffix(".new")
    beside.write_text(f"{seconds:+d}\n", encoding="ascii")
    beside.rename(file)
