"""Read an expression of a form: the part of XPath 1.0 and of ODK's additions that needs no more than the answers themselves.

Literals, numbers, `.`, absolute and relative paths without predicates, `and or = != < <= > >= + - * div mod`, a minus before,
and calls of the functions in `functions`. Everything else (predicates, axes, `//`, `*` as a step, `|`, `instance(...)`, unknown
functions) is `ExpressionUnsupported`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from forms.rules.errors import ExpressionUnsupported
from forms.rules.functions import FUNCTIONS

__all__ = ["Binary", "Call", "Literal", "Node", "Path", "parse_expression", "paths_in"]

LONGEST: Final = 4_000
DEEPEST: Final = 60
TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')
    |(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<path>(?:current\(\)/|/)?(?:\.\.?/)*(?:[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/)*(?:[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?|\.\.?)(?!\w))
    |(?P<sign><=|>=|!=|[=<>+\-*(),]))""",
    re.VERBOSE,
)
BINDS: Final[Sequence[frozenset[str]]] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)


@dataclass(frozen=True)
class Literal:
    value: str | float


@dataclass(frozen=True)
class Path:
    """An answer, by its absolute path."""

    path: str


@dataclass(frozen=True)
class Call:
    function: str
    given: tuple["Node", ...]


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Node"
    right: "Node"


Node = Literal | Path | Call | Binary


@lru_cache(maxsize=4096)  # a form's expressions are met again with each of its answers
def parse_expression(expression: str, at: str) -> Node:
    """The expression of the question or group at the path `at`, with absolute paths; raises `ExpressionUnsupported`."""
    if len(expression) > LONGEST:
        raise ExpressionUnsupported(at=at, reason=f"it is longer than {LONGEST} characters")
    reading = _Reading(_tokens(expression, at), at)
    node = reading.level(0)
    if reading.left:
        raise reading.refused()
    return node


def paths_in(node: Node) -> frozenset[str]:
    """Every answer that it speaks of."""
    if isinstance(node, Path):
        return frozenset({node.path})
    below = node.given if isinstance(node, Call) else (node.left, node.right) if isinstance(node, Binary) else ()
    return frozenset().union(*(paths_in(each) for each in below))


def _tokens(expression: str, at: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while expression[position:].strip():
        token = TOKEN.match(expression, position)
        if token is None:
            raise ExpressionUnsupported(at=at, reason=f"`{expression[position:].strip()[:20]}` is not among what is evaluated")
        found.append((str(token.lastgroup), token[str(token.lastgroup)]))
        position = token.end()
    return found


class _Reading:
    """The tokens that are left, from left to right."""

    def __init__(self, tokens: list[tuple[str, str]], at: str) -> None:
        self.left, self.at, self.depth = tokens[::-1], at, 0

    def level(self, number: int) -> Node:
        if number == len(BINDS):
            return self.negated()
        node = self.level(number + 1)
        while self.left and self.left[-1][1] in BINDS[number]:
            node = Binary(self.left.pop()[1], node, self.level(number + 1))
        return node

    def negated(self) -> Node:
        if self.left and self.left[-1] == ("sign", "-"):
            self.left.pop()
            with self.deeper():
                return Binary("-", Literal(0.0), self.negated())
        return self.single()

    def single(self) -> Node:
        if not self.left:
            raise ExpressionUnsupported(at=self.at, reason="it ends too early")
        kind, token = self.left.pop()
        if kind == "text":
            return Literal(token[1:-1])
        if kind == "number":
            return Literal(float(token))
        if (kind, token) == ("sign", "("):
            return self.inside()
        if kind == "path" and self.left and self.left[-1] == ("sign", "("):
            return self.call(token)
        if kind == "path":
            return Path(self.absolute(token))
        self.left.append((kind, token))
        raise self.refused()

    def inside(self) -> Node:
        with self.deeper():
            node = self.level(0)
        self.expect(")")
        return node

    def call(self, name: str) -> Node:
        if name not in FUNCTIONS:
            raise ExpressionUnsupported(at=self.at, reason=f"`{name}()` is not among the functions that are evaluated")
        self.expect("(")
        given: list[Node] = []
        while self.left and self.left[-1] != ("sign", ")"):
            with self.deeper():
                given.append(self.level(0))
            if self.left and self.left[-1] != ("sign", ")"):
                self.expect(",")
        self.expect(")")
        least, most = FUNCTIONS[name].takes
        if not least <= len(given) <= most:
            raise ExpressionUnsupported(at=self.at, reason=f"`{name}()` is given {len(given)} values")
        return Call(name, tuple(given))

    def absolute(self, path: str) -> str:
        """The path from the root, by local names; a step `.` is where it stands."""
        plain = path.removeprefix("current()/")
        steps = [] if plain.startswith("/") else self.at.strip("/").split("/")
        for step in plain.strip("/").split("/"):
            if step == ".." and not steps:
                raise ExpressionUnsupported(at=self.at, reason=f"`{path}` leads out of the form")
            if step == "..":
                steps.pop()
            elif step != ".":
                steps.append(step.rpartition(":")[2])
        return "/" + "/".join(steps)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionUnsupported(at=self.at, reason="it is nested too deeply")
        yield
        self.depth -= 1

    def expect(self, sign: str) -> None:
        if not self.left or self.left[-1] != ("sign", sign):
            raise self.refused()
        self.left.pop()

    def refused(self) -> ExpressionUnsupported:
        found = f"`{self.left[-1][1]}` stands where it is not understood" if self.left else "it ends too early"
        return ExpressionUnsupported(at=self.at, reason=found)
