"""What happens to two sites and their witness by one seed: faults, some on top of each other, and their mending.

The same seed makes the same faults in the same order, with the same pauses; what the hosts make of it has its own time."""
import random
import time

import sites

MEMBERS = [*sites.GROUPS["sites"], *sites.GROUPS["witnesses"]]
STEP_SECONDS = 3600


class Schedule:
    def __init__(self, desk, breaks, seed):
        self.desk, self.breaks = desk, breaks
        self.random = random.Random(seed)
        self.told = []

    def run(self):
        """Two to five faults, each followed by up to three seconds; in the end all is mended."""
        for _ in range(self.random.randint(2, 5)):
            self._strike()
            time.sleep(self.random.uniform(0, 3))
            if self.random.random() < 0.25:
                self.mend()
        self.mend()

    def _strike(self):
        # All that one strike may need is drawn first: what is there to be broken does not change what comes later.
        fault = self.random.choice([self._cut, self._freeze, self._kill, self._agent, self._database, self._storm, self._step, self._fill,
                                    self._unplug, self._hand_over])
        site, member = self.random.choice(sites.GROUPS["sites"]), self.random.choice(MEMBERS)
        more = self.random.random()
        fault(site, member, more)

    def _tell(self, *words):
        self.told.append(" ".join(words))

    def _host(self, name):
        """A host that can be broken further."""
        host = self.desk.hosts[name]
        return host if host.state() == "up" else None

    def _cut(self, _, member, more):
        others = [name for name in MEMBERS if name != member]
        other = others[int(more * len(others))]
        self._tell("cut", member, other)
        if frozenset((member, other)) not in (self.desk.network.apart or ()):
            self.desk.network.cut(member, other)

    def _freeze(self, _, member, __):
        self._tell("freeze", member)
        if host := self._host(member):
            host.freeze()

    def _kill(self, _, member, __):
        self._tell("power cut", member)
        if self.desk.hosts[member].state() != "down":
            self.desk.hosts[member].kill()

    def _agent(self, _, member, __):
        self._tell("kill agent", member)
        self._signal(member, "slipway-sited")

    def _database(self, site, _, __):
        self._tell("kill database", site)
        self._signal(site, "mariadb")

    def _storm(self, _, member, __):
        self._tell("restart storm", member)
        for unit in ("slipway-sited", "mariadb", "slipway-sited", "slipway-sited"):
            self._signal(member, unit)
            time.sleep(0.3)

    def _step(self, site, _, more):
        seconds = round((2 * more - 1) * STEP_SECONDS)
        self._tell("clock", site, f"{seconds:+d} s")
        if self._host(site):
            self.breaks.clock(site, seconds)

    def _fill(self, site, _, __):
        self._tell("full disk", site)
        if self._host(site):
            self.breaks.fill(site)

    def _unplug(self, _, member, __):
        self._tell("unplug", member)
        if self._host(member):
            self.desk.network.unplug(member)

    def _hand_over(self, site, _, __):
        self._tell("hand over from", site)
        if host := self._host(site):
            host.root_sh("timeout 4 slipway site demote --by 'a schedule' --because 'its seed' --limit 2", check=False)

    def _signal(self, name, unit):
        if host := self._host(name):
            host.root_sh(f"systemctl kill --signal=KILL {unit}.service", check=False)

    def mend(self):
        """All that is broken, in the order in which one can reach the other."""
        self.desk.network.heal()
        for name in MEMBERS:
            host = self.desk.hosts[name]
            if host.state() == "frozen":
                host.thaw()
            if host.state() == "up" and name in self.desk.network.unplugged:
                self.desk.network.plug(name)
        for name in MEMBERS:
            if self.desk.hosts[name].state() == "down":
                # A site's start-up is over once it knows who has the writes: that may be one that comes behind it.
                self.desk.hosts[name].boot(settled=False)
        for name, directory in self.breaks.list()["full"]:
            self.breaks.unfill(name, directory)
        for name, _ in self.breaks.list()["clock"]:
            self.breaks.clock(name, 0)
