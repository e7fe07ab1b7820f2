"""No process of the program leaves its memory behind in a file."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PATTERN = Path("/proc/sys/kernel/core_pattern")
SECRET = "Zq" + "secretofthedump"
ABORTED = """
import os, resource, sys
_, most = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
sys.path.insert(0, {root!r})
{shut}
held = "Zq" + "secretofthedump"
os.abort()
"""
SHUT = "from core.processes.shut_in import forbid_core_dumps; forbid_core_dumps()"
ROOT = Path(__file__).resolve().parents[2]


def aborted(folder: Path, shut: str) -> int:
    """Whether the system itself says that it dumped the core of a process that aborted."""
    process = subprocess.Popen([sys.executable, "-c", ABORTED.format(root=str(ROOT), shut=shut)], cwd=folder)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = 0
    assert os.WTERMSIG(status) == signal.SIGABRT
    return os.WCOREDUMP(status)


def test_an_aborted_process_leaves_no_core_dump(tmp_path: Path) -> None:
    assert not aborted(tmp_path, SHUT)
    assert list(tmp_path.iterdir()) == []


def test_without_it_there_is_one_so_the_test_above_can_fail(tmp_path: Path) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if most == 0:
        pytest.skip("this system allows nobody a core dump")
    if not aborted(tmp_path, ""):
        pytest.skip("this system sends core dumps nowhere")


@pytest.mark.parametrize("command", [["--help"], ["search", "serve", "--help"]])
def test_every_command_forbids_it_before_anything_else(command: list[str]) -> None:
    asked = (
        "import atexit, resource, ctypes, sys; from app.cli.__main__ import main\n"
        "atexit.register(lambda: print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)))\n"
        f"sys.argv = ['waystation', *{command!r}]; main()"
    )
    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert said.rstrip().endswith("(0, 0) 0")  # the limit, and PR_GET_DUMPABLE
