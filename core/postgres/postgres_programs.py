"""PostgreSQL's own programs for dumping and restoring, run against a database by its address.

The address goes by environment, never on a command line, where any user of the machine could read the password in it.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from sqlalchemy import URL, make_url

from core.errors import Problem
from core.postgres.embedded_cluster import binaries

__all__ = ["ProgramFailed", "dumping", "restore"]


class ProgramFailed(Problem):
    code = "CORE-212"
    says = "{program} could not finish: {reason}"
    remedy = (
        "Check that the login may read every row (WAYSTATION_DATABASE_BACKUP_URL: a superuser, or BYPASSRLS), that disks have "
        "room, and that PostgreSQL's programs are as new as the server. What was half-written was removed."
    )


@contextmanager
def dumping(url: URL | str, options: Sequence[str]) -> Iterator[BinaryIO]:
    """What `pg_dump` writes in its custom format, as a stream; raises `ProgramFailed` where it ended badly.

    Compressed lightly: bytea is written as text of twice its size, and ciphertext compresses no further.
    """
    command = [str(binaries() / "pg_dump"), "--format=custom", "--compress=1", "--no-password", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_address(url)
    )
    try:
        yield cast("BinaryIO", process.stdout)
        _require("pg_dump", process)
    finally:
        process.kill()
        process.wait()


def restore(url: URL | str, dump: Iterable[bytes], options: Sequence[str]) -> None:
    """Feed a dump to `pg_restore`; it is read to its end even where the program needs only its beginning.

    Without comments: that of an extension may be written only by its owner. Raises `ProgramFailed`, and whatever reading
    the dump raises.
    """
    command = [str(binaries() / "pg_restore"), "--exit-on-error", "--no-owner", "--no-comments", "--no-password", *options]
    command += ["--dbname", make_url(url).database or ""]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_address(url)
    )
    into = cast("BinaryIO", process.stdin)
    try:
        for chunk in dump:
            with suppress(BrokenPipeError):
                into.write(chunk)
        with suppress(BrokenPipeError):
            into.close()
        _require("pg_restore", process)
    finally:
        process.kill()
        process.wait()


def _require(program: str, process: "subprocess.Popen[bytes]") -> None:
    said = cast("BinaryIO", process.stderr).read().decode("utf-8", "replace")
    if process.wait() != 0:
        # The first line names the fault; further lines may quote a row.
        lines = [line for line in said.splitlines() if "rror" in line] or said.splitlines() or ["no reason given"]
        raise ProgramFailed(program=program, reason=lines[0][:300])


def _address(url: URL | str) -> dict[str, str]:
    place = make_url(url)
    host = place.host or place.query.get("host", "")
    named = {
        "PGHOST": host if isinstance(host, str) else host[0],
        "PGPORT": str(place.port or ""),
        "PGUSER": place.username or "",
        "PGPASSWORD": str(place.password or ""),
        "PGDATABASE": place.database or "",
    }
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | {name: value for name, value in named.items() if value}
