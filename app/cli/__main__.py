"""Entry of `python -m app.cli`."""

import gc
import sys

from app.cli.groups import gather, groups_of
from app.cli.refusals import run

__all__ = ["main"]


def main() -> None:
    """Run a command; exit status 1 and a remedy where it was refused."""
    gc.disable()  # modules stay: looking through them for garbage again and again is a fifth of a start
    commands = gather(groups_of(sys.argv[1] if len(sys.argv) > 1 else ""))
    gc.freeze()
    gc.enable()
    run(commands)


if __name__ == "__main__":
    main()
