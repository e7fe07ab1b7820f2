"""Which module has which commands, so that a command is started without the modules of all the others.

Reading every module takes seconds of a processor: more than most commands take. The help lists all commands, and reads all.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Final

import typer

__all__ = ["GROUPS", "gather", "groups_of"]

# In the order of the help: module, and the words that its commands begin with.
GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "run": ("demo", "serve", "worker"),
    "administer": ("operations",),
    "accounts": ("accounts", "units", "tokens"),
    "roles": ("roles",),
    "questionnaires": ("forms",),
    "collectors": ("collectors",),
    "collect": ("submissions",),
    "import_files": ("import",),
    "htcds": ("htcds",),
    "publish": ("release",),
    "published_elsewhere": ("elsewhere",),
    "registers": ("registers",),
    "audit": ("audit",),
    "search": ("search",),
    "sources": ("sources", "sync"),
    "quality": ("quality",),
    "rights": ("rights",),
    "match": ("match",),
    "approvals": ("approvals",),
    "keys": ("keys",),
    "erase": ("erase", "holds", "retention"),
    "export_identified": ("exports",),
    "policies": ("policies",),
    "set_up": ("setup",),
    "keep_backups": ("backup", "restore"),
    "store": ("store",),
    "anonymizer": ("anonymizer",),
    "reference": (),  # describes what every module says, and so is started with all
}


def groups_of(word: str) -> Sequence[str]:
    """The module whose command begins with the word; all of them where none does."""
    return [module for module, words in GROUPS.items() if word in words] or [*GROUPS]


def gather(modules: Iterable[str]) -> typer.Typer:
    """The command line with the commands of these modules."""
    commands = typer.Typer(
        name="waystation",
        help="From a phone's answer to a weekly movement report that harms nobody.",
        epilog="Settings come from the environment (docs/settings.md). Without any, the embedded database under var/ is used.",
        callback=_by_name,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # a traceback with local values could show an answer
        rich_markup_mode="rich",
        add_completion=False,
    )
    for module in modules:
        import_module(f"app.cli.{module}").add_commands(commands)
    return commands


def _by_name() -> None:
    """With something to do before each command, a command is called by its name even where it is the only one."""
