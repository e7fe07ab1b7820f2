"""The release folder: there whole or not at all, the same bytes for the same input, never changed under its name."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from exports import Release, build_release
from exports.errors import FolderTaken, HistoryUnfit, PlaceUnknown
from exports.write_folder import write_folder

PROJECT = Path(__file__).resolve().parents[2]
FILES = {"README.txt": b"read me", "data/a.csv": b"week\r\n"}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_input_gives_the_same_bytes(build: Callable[..., Release], release: Release, tmp_path: Path) -> None:
    again = build(tmp_path / "again")
    assert _bytes(again.folder) == _bytes(release.folder)
    assert again.sha256 == release.sha256


def test_the_checksums_cover_every_file(release: Release) -> None:
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "CHECKSUMS.sha256"], cwd=release.folder, capture_output=True, text=True, check=True
    )
    assert len(checked.stdout.splitlines()) == len(_bytes(release.folder)) - 1


def test_the_same_release_again_is_left_as_it_stands(build: Callable[..., Release], release: Release) -> None:
    before = (release.folder / "index.html").stat().st_mtime_ns
    assert build(release.folder).sha256 == release.sha256
    assert (release.folder / "index.html").stat().st_mtime_ns == before


def test_another_release_under_the_same_name_is_refused(build: Callable[..., Release], release: Release) -> None:
    before = _bytes(release.folder)
    with pytest.raises(FolderTaken, match="another folder"):
        build(release.folder, made_at=release.edition.made_at + timedelta(days=1))
    assert _bytes(release.folder) == before
    assert [path.name for path in release.folder.parent.iterdir()] == [release.folder.name]


def test_a_folder_with_one_file_more_is_another_release(tmp_path: Path) -> None:
    write_folder(FILES, tmp_path / "week")
    (tmp_path / "week" / "left-over").touch()
    with pytest.raises(FolderTaken, match="left-over"):
        write_folder(FILES, tmp_path / "week")


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    script = f"""
import resource
from pathlib import Path
from exports.errors import ReleaseNotWritten
from exports.write_folder import write_folder
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_folder({{"a": b"small", "data/b": bytes(5000)}}, Path({str(tmp_path / "week")!r}))
except ReleaseNotWritten as problem:
    print(problem.code)
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ended.stdout == "EXPORT-002\n"
    assert list(tmp_path.iterdir()) == []


def test_everybody_may_read_a_release(release: Release) -> None:
    assert all(path.stat().st_mode & 0o004 for path in [release.folder, *release.folder.rglob("*")])


def test_history_must_be_earlier_weeks_of_the_same_operation(release: Release, tmp_path: Path) -> None:
    edition = release.edition
    given = {
        "operation_names": edition.operation_names,
        "places": list(edition.places.values()),
        "folder": tmp_path / "week",
        "made_at": edition.made_at,
    }
    with pytest.raises(HistoryUnfit):
        build_release(edition.now, [edition.now], **given)
    with pytest.raises(PlaceUnknown, match="XM"):
        build_release(edition.now, **given | {"places": []})
    assert not list(tmp_path.iterdir())
