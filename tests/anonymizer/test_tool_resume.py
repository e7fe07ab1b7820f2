"""A search of the tool that is killed goes on when asked again, from what was kept sealed beside the release."""

import os
from pathlib import Path

import pytest

from anonymizer import Policy
from anonymizer.errors import ResumeUnfit
from anonymizer.tool import protect_file
from anonymizer.tool.resume import KeptBeside
from tests.anonymizer.tool_files import HIERARCHY, TABLE


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "origin.csv").write_text(HIERARCHY, encoding="utf-8")
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "table.csv"


def protect(table: Path, out: str, key: Path | None) -> Path:
    hierarchies = {"origin": table.with_name("origin.csv")}
    written = protect_file(table, table.with_name(out), Policy(), hierarchies=hierarchies, count="persons", resume=key)
    return written.folder


def killed_after_a_piece(table: Path, key: Path) -> Path:
    """Protect in a process that is killed when it has kept something; the file that it left."""
    child = os.fork()
    if not child:
        try:
            keep = KeptBeside.keep

            def keep_and_die(self: KeptBeside, number: int, piece: bytes) -> None:
                keep(self, number, piece)
                os.kill(os.getpid(), 9)

            KeptBeside.keep = keep_and_die  # type: ignore[method-assign]
            protect(table, "release", key)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    return table.with_name("release.search")


def test_it_goes_on_and_leaves_nothing_behind(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    left = killed_after_a_piece(table, key)
    assert [path.stat().st_mode & 0o777 for path in (key, left)] == [0o600, 0o600]
    with left.open("ab") as file:
        file.write(b"\0\0\1\0 half a piece")
    kept: list[int] = []
    keep = KeptBeside.keep
    monkeypatch.setattr(KeptBeside, "keep", lambda self, number, piece: (kept.append(number), keep(self, number, piece)))
    release = protect(table, "release", key)
    assert min(kept) == 1
    assert not left.exists()
    files = ("certificate.json", "data/table.csv")
    alone = protect(table, "alone", None)
    assert [(release / name).read_bytes() for name in files] == [(alone / name).read_bytes() for name in files]


def test_without_the_key_it_is_bytes(table: Path, tmp_path: Path) -> None:
    left = killed_after_a_piece(table, tmp_path / "key")
    assert b"[" not in left.read_bytes()[:16]
    with pytest.raises(ResumeUnfit, match="does not open with the key"):
        protect(table, "release", tmp_path / "another key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(ResumeUnfit, match="others than its owner"):
        protect(table, "release", tmp_path / "key")


def test_of_another_table_nothing_is_taken(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = killed_after_a_piece(table, tmp_path / "key")
    table.write_text(TABLE.replace("drought,2", "drought,3"), encoding="utf-8")
    kept: list[int] = []
    monkeypatch.setattr(KeptBeside, "keep", lambda _self, number, _piece: kept.append(number))
    protect(table, "release", tmp_path / "key")
    assert min(kept) == 0
    assert not left.exists()
