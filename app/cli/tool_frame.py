"""What every command of the anonymizer's own tool has in common: its exit status, its progress, how it reads its options."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from anonymizer import Policy, read_policy
from anonymizer.tool import Change, Interval, Loss, NotProven, SolverGaveUp, Step
from app.cli.refusals import show
from app.cli.screen import progress
from core.errors import Problem

__all__ = [
    "BROKEN",
    "ENDS",
    "HierarchyFiles",
    "PolicyFile",
    "ReleaseFolder",
    "depths",
    "exit_status",
    "interval",
    "named_files",
    "policy_of",
    "say",
    "steps",
    "worst_of",
]

BROKEN: Final = 1
BAD_INPUT: Final = 2
ENDS: Final = (
    "Exit status: 0 all is well; 1 the policy is broken, or something could not be proven or verified; "
    "2 the command or a file cannot be used, or a rule forbids the release. More: docs/anonymizer.md."
)

PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Rules, as in anonymizer/default_policy.toml (the default).")]
ReleaseFolder = Annotated[Path, typer.Argument(help="A release folder.", metavar="RELEASE_DIR")]
HierarchyFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--hierarchy",
        help="DIMENSION=FILE.csv with columns code and parent; may be given for each dimension.",
        metavar="NAME=FILE",
    ),
]


@contextmanager
def exit_status() -> Iterator[None]:
    """Show a refusal, and end with the status that says whose fault it is."""
    try:
        yield
    except Problem as problem:
        show(problem)
        raise typer.Exit(BROKEN if isinstance(problem, NotProven | SolverGaveUp) else BAD_INPUT) from None


@contextmanager
def steps() -> Iterator[Step]:
    """What is being done, on the error output; it disappears when it is done."""
    with progress(Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        yield step


def policy_of(path: Path | None) -> Policy | None:
    """The policy of a file, if one is named."""
    return None if path is None else read_policy(path)


def named_files(given: Sequence[str] | None) -> dict[str, Path]:
    """NAME=FILE, each name once."""
    named: dict[str, Path] = {}
    for text in given or ():
        name, equals, path = text.partition("=")
        if not (name and equals and path) or name in named:
            raise typer.BadParameter(f"'{text}' is not NAME=FILE, or the name was given before", param_hint="--hierarchy")
        named[name] = Path(path)
    return named


def say(text: str) -> None:
    """Tell something beside the result, on the error output."""
    Console(stderr=True, highlight=False).print(text, soft_wrap=True)


def depths(of: Loss | Change) -> str:
    """A level in words: each dimension in which its cells are no total, and how far below the total they are."""
    named = iter(of.names)
    return " x ".join(f"{next(named)} {depth}" for depth in of.level if depth) or "total"


def interval(ends: Interval | None) -> str:
    """An interval in words."""
    if ends is None:
        return ""
    low, high = ends
    return f"{low} or more" if high is None else f"{low} to {high}"


def worst_of(worst: Interval | None) -> str:
    """What a certificate states under 'worst', in words."""
    return f"The least that is left open of one that may be small is {interval(worst)}." if worst else ""
