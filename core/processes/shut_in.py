"""A process that holds what nobody else may see shuts itself in: no core dump, no other process that looks into its memory.

A core dump is the whole memory in a file. Nothing in Python can keep answers and keys out of one, so there is none: the limit
is zero (children inherit it), and the kernel is told that this process is not to be dumped, which also closes it to
debuggers of the same user. `app.cli` does this before anything else, so web, workers and commands all have it.
"""

import ctypes
import resource
import signal
from typing import Final

__all__ = ["end_with_parent", "forbid_core_dumps", "shut_in"]

SET_DUMPABLE: Final = 4  # PR_SET_DUMPABLE, prctl(2)
SET_PDEATHSIG: Final = 1  # PR_SET_PDEATHSIG, prctl(2)
LOCK_CURRENT_AND_FUTURE: Final = 1 | 2  # MCL_CURRENT | MCL_FUTURE, mlockall(2)


def forbid_core_dumps() -> None:
    """From now on neither this process nor a fork of it leaves a core dump. On a system without prctl the limit alone holds."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent() -> None:
    """From now on this process is killed when the one that forked it ends, however that does. Without prctl it is not.

    Else it would wait for work for ever, with all that it was born with in its memory.
    """
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def shut_in() -> bool:
    """Shut this process in; whether its memory is also kept from being swapped, which the system may not allow."""
    forbid_core_dumps()
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if most != resource.RLIM_INFINITY:  # locking within a limit would end in a failed allocation later
        return False
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))
    return bool(ctypes.CDLL(None, use_errno=True).mlockall(LOCK_CURRENT_AND_FUTURE) == 0)
