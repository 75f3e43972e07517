"""What a first boot begins with, on the network of the lab: an SFTP host that holds a repository, and an on-premise database server."""
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import host as lab

ROOT = pathlib.Path(__file__).resolve().parents[2]
SFTP = ROOT / "tests/peers/sftp/sftp"
SFTP_PORT, SQL_PORT = 2222, 3307


class Peer:
    """A server in the namespace where the lab's controller is, with a directory of its own; ended by its process id."""

    def __init__(self, network, name):
        self.network, self.name, self.process = network, name, None
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"slipway-{name}-"))
        self.work.chmod(0o755)
        self.address = network.address(1)

    def __enter__(self):
        self.prepare()
        with open(self.work / "log", "ab") as log:
            self.process = subprocess.Popen(["ip", "netns", "exec", self.network.controller, *self.command()],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        lab.poll(self.answers, 60, f"{self.name}: an answer")
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    def said(self):
        return (self.work / "log").read_text(encoding="utf-8", errors="replace")

    def alive(self):
        if self.process.poll() is not None:
            raise lab.LabError(f"{self.name}: ended with {self.process.returncode}: {self.said()[-800:]}")
        return True


class SftpHost(Peer):
    """OpenSSH's sshd, for SFTP and one key alone."""

    def __init__(self, network):
        super().__init__(network, "sftp")

    def prepare(self):
        self.user = lab.run(SFTP, "user").stdout.strip()
        lab.run(SFTP, "prepare", timeout=600)
        for key in ("host", "client"):
            lab.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", self.work / key)
        (self.work / "repository").mkdir()
        (self.work / "config").write_text(
            f"ListenAddress {self.address}\nPort {SFTP_PORT}\nHostKey {self.work / 'host'}\nAuthorizedKeysFile {self.work / 'client.pub'}\n"
            "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            "Subsystem sftp internal-sftp\nForceCommand internal-sftp\nMaxStartups 100\n", encoding="utf-8")
        owner = pwd.getpwnam(self.user)
        self.private_key = (self.work / "client").read_text(encoding="utf-8")
        for part in ("host", "client.pub", "repository", "config"):
            shutil.chown(self.work / part, owner.pw_uid, owner.pw_gid)
        self.known_hosts = f"[{self.address}]:{SFTP_PORT} " + " ".join((self.work / "host.pub").read_text(encoding="utf-8").split()[:2])
        self.url = f"sftp://{self.user}@{self.address}:{SFTP_PORT}{self.work / 'repository'}"

    def command(self):
        return [SFTP, "exec", self.work / "config"]

    def answers(self):
        return self.alive() and "Server listening" in self.said()


class OldServer(Peer):
    """MariaDB as it runs at a customer's: on the network, with a user that may read one database, and with a certificate unless told
    otherwise."""
    USER, PASSWORD = "reader", "slow boats under the bridge"

    def __init__(self, network, port=SQL_PORT, tls=True):
        super().__init__(network, "old-server")
        self.port, self.tls = port, tls
        self.socket = self.work / "socket"

    def prepare(self):
        lab.run("mariadb-install-db", f"--datadir={self.work / 'data'}", "--auth-root-authentication-method=socket", "--skip-test-db", "--user=root",
                timeout=300)
        if self.tls:
            lab.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=old-server", "-addext", f"subjectAltName=IP:{self.address}", "-keyout", self.work / "tls.key",
                    "-out", self.work / "tls.pem")

    def command(self):
        tls = [f"--ssl-cert={self.work / 'tls.pem'}", f"--ssl-key={self.work / 'tls.key'}"] if self.tls else ["--skip-ssl"]
        return ["mariadbd", "--no-defaults", "--user=root", f"--datadir={self.work / 'data'}", f"--socket={self.socket}",
                f"--pid-file={self.work / 'pid'}", f"--bind-address={self.address}", f"--port={self.port}", "--innodb-buffer-pool-size=64M",
                "--max-allowed-packet=64M", *tls]

    def answers(self):
        return self.alive() and subprocess.run(["mariadb-admin", "--no-defaults", f"--socket={self.socket}", "ping"], check=False,
                                               capture_output=True).returncode == 0

    def load(self, database, script):
        """Makes the database of a script, and the user who may read it."""
        self.sql(f"CREATE DATABASE {database}; CREATE USER {self.USER}@'%' IDENTIFIED BY '{self.PASSWORD}';"
                 f"GRANT SELECT, SHOW VIEW, TRIGGER ON {database}.* TO {self.USER}@'%'; GRANT RELOAD ON *.* TO {self.USER}@'%'")
        with open(script, "rb") as source:
            subprocess.run(["mariadb", "--no-defaults", "--default-character-set=utf8mb4", f"--socket={self.socket}", database], check=True,
                           stdin=source, timeout=300)
        self.url = f"mysql://{self.USER}@{self.address}:{self.port}/{database}"

    def sql(self, statement, database="mysql"):
        """Rows of a statement, cells as text."""
        said = lab.run("mariadb", "--no-defaults", "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4",
                       f"--socket={self.socket}", database, "-e", statement, timeout=120)
        return [line.split("\t") for line in said.stdout.splitlines()]
