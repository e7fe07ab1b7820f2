"""The one error base. Every refusal says what happened, where, and what to do.

Each stage keeps its own refusals in its `errors.py`; together they are the catalogue that
`docs/errors.md` prints. A message never carries an answer that a person gave: only codes, paths,
sheet names, row numbers and ids.
"""

from collections.abc import Iterator
from typing import ClassVar

__all__ = ["Problem", "catalogue"]


class Problem(Exception):
    """A refusal with a stable code, a sentence that says what happened, and a remedy.

    Subclasses set `code`, `says` and `remedy`; the two texts are `str.format` templates filled from
    the keyword arguments, which are kept in `where`.
    """

    code: ClassVar[str] = ""
    says: ClassVar[str] = ""
    remedy: ClassVar[str] = ""

    def __init__(self, **where: object) -> None:
        self.where = where
        super().__init__(f"{self.what} {self.what_to_do}")

    def __reduce__(self) -> tuple[object, ...]:
        """As it is: it may come from another process, and is made by keyword alone."""
        return _made_anew, (type(self), self.args), self.__dict__

    @property
    def what(self) -> str:
        """What happened, in one sentence."""
        return self.says.format(**self.where)

    @property
    def what_to_do(self) -> str:
        """What the reader can do about it."""
        return self.remedy.format(**self.where)


def _made_anew(kind: type[Problem], args: tuple[object, ...]) -> Problem:
    return kind.__new__(kind, *args)


def catalogue() -> list[type[Problem]]:
    """Every kind of problem that the loaded code can raise, in order of its code."""
    return sorted(_below(Problem), key=lambda kind: kind.code)


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        if child.code:
            yield child
        yield from _below(child)
