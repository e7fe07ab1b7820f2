"""What is set apart is not searched for garbage, and what comes afterwards is."""

import gc
from weakref import ref

from core.processes.long_lived import set_apart


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_is_left_alone_until_the_end_and_what_comes_is_not() -> None:
    gc.collect()
    before, gone = Ring(), Ring()
    seen, known = ref(before), ref(gone)
    del before
    with set_apart():
        del gone
        later = Ring()
        came = ref(later)
        del later
        gc.collect()
        assert (seen() is None, known() is None, came() is None) == (False, False, True)
    gc.collect()
    assert (seen(), known()) == (None, None)
