"""A process that holds names shuts itself in: no core dump, no other process that looks into its memory, no swap."""

import ctypes
import resource
from typing import Final

__all__ = ["shut_in"]

SET_DUMPABLE: Final = 4  # PR_SET_DUMPABLE, prctl(2)
LOCK_CURRENT_AND_FUTURE: Final = 1 | 2  # MCL_CURRENT | MCL_FUTURE, mlockall(2)


def shut_in() -> bool:
    """Shut this process in; whether its memory is also kept from being swapped, which the system may not allow."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if most != resource.RLIM_INFINITY:  # locking within a limit would end in a failed allocation later
        return False
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))
    return bool(libc.mlockall(LOCK_CURRENT_AND_FUTURE) == 0)
