"""The embedded default: a private PostgreSQL cluster under `var/`, on a unix socket, started and stopped by us.

No port is opened and no system cluster is touched. The server never runs as root: started by root it runs as
`postgres`, the user that Debian's package makes. Several commands may share the cluster; each holds a shared file
lock while it works, and the last one out stops the server.
"""

import fcntl
import getpass
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from core.errors import Problem

__all__ = ["ADMINISTRATOR", "PROGRAM", "ClusterFailed", "EmbeddedCluster", "PostgresMissing", "binaries", "embedded_cluster"]

PROGRAM: Final = "waystation"  # the login of the running program: owns nothing, inherits nothing
ADMINISTRATOR: Final = "waystation_admin"  # owns the tables; used for migrations only
SERVER_USER: Final = "postgres"
LONGEST_SOCKET_PATH: Final = 107 - len("/.s.PGSQL.5432")  # sockaddr_un.sun_path, man 7 unix
DEBIAN_BINARIES: Final = Path("/usr/lib/postgresql")
ELSEWHERE: Final = Path("/var/lib/waystation")

# What the server may write to its log must not hold a value that it was given.
CONFIGURATION: Final = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 128MB
password_encryption = scram-sha-256
log_statement = none
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
# A recycled segment keeps what it held until it is written over: a destroyed key must not outlive the next checkpoint there.
wal_recycle = off
min_wal_size = 32MB
"""


class PostgresMissing(Problem):
    code = "CORE-210"
    says = "PostgreSQL with PostGIS is not installed (looked in {looked})."
    remedy = "Run `bin/demo`, which installs it, or `apt-get install postgresql-15-postgis-3`; or set WAYSTATION_DATABASE_URL."


class ClusterFailed(Problem):
    code = "CORE-211"
    says = "The embedded database could not {step}: {reason}"
    remedy = "Read {log}; if its disk is full, free space and try again. Nothing was removed."


@dataclass(frozen=True)
class EmbeddedCluster:
    """Where a running cluster is reached, and where all its files lie (data, write-ahead log, its own log)."""

    socket_folder: Path
    data_folder: Path

    def url(self, login: str = PROGRAM, database: str = "waystation") -> URL:
        return URL.create("postgresql+psycopg", username=login, database=database, query={"host": str(self.socket_folder)})


@contextmanager
def embedded_cluster(var: Path) -> Iterator[EmbeddedCluster]:
    """Run the cluster under `var` for as long as anybody needs it, creating it on first use.

    Raises `PostgresMissing` or `ClusterFailed`.
    """
    var.mkdir(parents=True, exist_ok=True)
    server = _Server(binaries(), var.resolve())
    turn, users = var / "postgresql.turn", var / "postgresql.users"
    with users.open("w") as lock:
        with _alone(turn):
            server.create_once()
            server.start_unless_running()
            fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield EmbeddedCluster(server.sockets, server.home)
        finally:
            with _alone(turn):
                if _last_one(lock.fileno()):
                    server.stop()


@contextmanager
def _alone(turn: Path) -> Iterator[None]:
    """One command at a time starts or stops the server."""
    with turn.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _last_one(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def binaries() -> Path:
    """Where PostgreSQL's programs lie, the newest that are installed; raises `PostgresMissing`."""
    versions = sorted(DEBIAN_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    if not found:
        raise PostgresMissing(looked=f"{DEBIAN_BINARIES} and PATH")
    return Path(found).parent


class _Server:
    """The server's files and the commands that act on them."""

    def __init__(self, binaries: Path, var: Path) -> None:
        self.binaries = binaries
        self.user = SERVER_USER if os.geteuid() == 0 else None
        self.home = _enterable(var / "postgresql", self.user)
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.sockets = _short(self.home / "run")

    def create_once(self) -> None:
        for folder in (self.home, self.sockets):
            self._own(folder)
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        self._run(
            "be created", "initdb", "-D", str(unfinished), "-U", ADMINISTRATOR, "--auth=peer", "--data-checksums", *locale
        )
        logins = "".join(f"waystation {getpass.getuser()} {login}\n" for login in (ADMINISTRATOR, PROGRAM))
        (unfinished / "pg_ident.conf").write_text(logins)
        (unfinished / "pg_hba.conf").write_text("local all all peer map=waystation\n")
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION)
        unfinished.rename(self.data)

    def start_unless_running(self) -> None:
        if self._call("pg_ctl", "status", "-D", str(self.data)).returncode == 0:
            return
        options = f"-c unix_socket_directories='{self.sockets}'"
        self._run("start", "pg_ctl", "start", "--wait", "--silent", "-D", str(self.data), "-l", str(self.log), "-o", options)
        self._make_database()

    def stop(self) -> None:
        self._run("stop", "pg_ctl", "stop", "--wait", "--silent", "--mode=fast", "-D", str(self.data))

    def _make_database(self) -> None:
        script = (
            f"SELECT 'CREATE ROLE {PROGRAM} LOGIN NOINHERIT' "
            f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{PROGRAM}') \\gexec\n"
            f"SELECT 'CREATE DATABASE {PROGRAM}' "
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{PROGRAM}') \\gexec\n"
        )
        login = ["-h", str(self.sockets), "-U", ADMINISTRATOR, "postgres"]
        command = [str(self.binaries / "psql"), "-q", "-v", "ON_ERROR_STOP=1", *login]
        result = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        self._require("make its database", result)

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.user:
            shutil.chown(folder, self.user, self.user)

    def _run(self, step: str, program: str, *arguments: str) -> None:
        self._require(step, self._call(program, *arguments))

    def _call(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        # pg_ctl hands its pipes on to the server, which would keep them open: so a file takes the output.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                [self.binaries / program, *arguments],
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(result.args, result.returncode, stdout=output.read(), stderr="")

    def _require(self, step: str, result: "subprocess.CompletedProcess[str]") -> None:
        if result.returncode != 0:
            said = (result.stdout + result.stderr).strip().splitlines()
            raise ClusterFailed(step=step, reason=said[-1] if said else "no reason given", log=self.log)


def _enterable(folder: Path, user: str | None) -> Path:
    """`folder`, or, where the server's user cannot reach it (a clone in root's home), a link to a place it can."""
    if folder.is_symlink() or user is None:
        return folder.resolve()
    account = pwd.getpwnam(user)
    reachable = subprocess.run(
        ["test", "-x", folder.parent], user=account.pw_uid, group=account.pw_gid, extra_groups=[], check=False
    )
    if reachable.returncode == 0:
        return folder
    elsewhere = ELSEWHERE / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    elsewhere.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(elsewhere)
    return elsewhere


def _short(folder: Path) -> Path:
    """`folder`, or a folder under /tmp of the same identity where a socket's path would be too long."""
    if len(str(folder)) <= LONGEST_SOCKET_PATH:
        return folder
    return Path("/tmp") / f"waystation-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108
