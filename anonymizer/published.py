"""What leaves the anonymizer: protected tables, each under a certificate of the proof that it is safe.

A protected table exists only under a certificate for exactly its cells, and a certificate comes only from `prove` or,
where the key ring vouches for it, from `load_protected`. Rounded tables are another type, under a certificate of another:
nobody takes their numbers for the true ones. Nothing in a protected table tells an unsafe cell from one
hidden for its sake.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from hashlib import sha256
from itertools import product
from typing import Final, TypeAlias

from anonymizer.dimension import Dimension
from anonymizer.errors import CertificateUnfit
from anonymizer.method import Method
from anonymizer.policy import Policy
from anonymizer.population import Population
from core.periods.period import Period

__all__ = [
    "Certificate",
    "Evidence",
    "Identity",
    "Key",
    "Promised",
    "Proof",
    "ProtectedPeriod",
    "ProtectedTable",
    "ProtectedTables",
    "PublishedElsewhere",
    "PublishedTable",
    "RoundedTable",
    "RoundedTables",
    "Rounding",
    "RoundingCertificate",
    "Standing",
    "certify",
    "certify_rounding",
    "count_cells",
]

Key: TypeAlias = tuple[str, ...]
Identity: TypeAlias = tuple[tuple[str, str], ...]
"""A cell as (dimension, code) pairs in order of dimension, totals left out: the same in every table it stands in."""

Standing: TypeAlias = Mapping[Identity, int | None]
"""How cells stand in what was released before: the number that was published, or None where it was suppressed."""

Promised: TypeAlias = Mapping[Identity, int]
"""Under which `own_knowledge` cells stand that were released under a stricter one than the policy's."""

_PROVEN: Final = object()


@dataclass(frozen=True)
class Rounding:
    """How the numbers of a table were rounded: each is a multiple of `base`, and less than `within` away from the true one."""

    base: int
    within: int


@dataclass(frozen=True)
class PublishedTable:
    """A table as anybody may see it: every cell of every level, None where it is suppressed. It proves nothing.

    With `rounding` no number is the true one, but by chance, and none is suppressed.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    cells: Mapping[Key, int | None] = field(repr=False)
    rounding: Rounding | None = field(default=None, kw_only=True)

    @property
    def method(self) -> Method:
        """By which method it was protected, as far as it says."""
        return Method.SUPPRESSION if self.rounding is None else Method.ROUNDING

    @property
    def canonical(self) -> str:
        """The table as one text: JSON of its name, its hierarchies, its cells in order of their codes, and its rounding."""
        hierarchies = [[dimension.name, sorted(dimension.parents.items())] for dimension in self.dimensions]
        keys = product(*(sorted(dimension.parents) for dimension in self.dimensions))
        rounding = [] if self.rounding is None else [[self.rounding.base, self.rounding.within]]
        return json.dumps([self.name, hierarchies, [self.cells[key] for key in keys], *rounding], separators=(",", ":"))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text, hexadecimal."""
        return sha256(self.canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Certificate:
    """Says that the table with this digest was proven safe. Made by `certify` only."""

    digest: str
    witness: InitVar[object]

    def __post_init__(self, witness: object) -> None:
        if witness is not _PROVEN:
            raise CertificateUnfit(table="(unnamed)")


def certify(table: PublishedTable) -> Certificate:
    """Certify a table. Only for `prove`, after the proof, and `load_protected`, after checking the seal."""
    return Certificate(table.digest, _PROVEN)


@dataclass(frozen=True)
class RoundingCertificate:
    """Says that the rounded table with this digest was proven safe. Made by `certify_rounding` only."""

    digest: str
    witness: InitVar[object]

    def __post_init__(self, witness: object) -> None:
        if witness is not _PROVEN:
            raise CertificateUnfit(table="(unnamed)")


def certify_rounding(table: PublishedTable) -> RoundingCertificate:
    """Certify a rounded table. Only for `prove_rounding`, after the proof."""
    return RoundingCertificate(table.digest, _PROVEN)


@dataclass(frozen=True)
class ProtectedTable(PublishedTable):
    """A table of true numbers that was proven safe; raises `CertificateUnfit` for any other."""

    certificate: Certificate

    def __post_init__(self) -> None:
        if self.rounding is not None or self.certificate.digest != self.digest:
            raise CertificateUnfit(table=self.name)


@dataclass(frozen=True)
class RoundedTable(PublishedTable):
    """A table of rounded numbers that was proven safe; raises `CertificateUnfit` for any other."""

    certificate: RoundingCertificate
    rounding: Rounding = field(kw_only=True)

    def __post_init__(self) -> None:
        if self.certificate.digest != self.digest:
            raise CertificateUnfit(table=self.name)


@dataclass(frozen=True)
class Evidence:
    """What the proof rests on. Secret: together with a release it narrows down what the release hides.

    Each alternative says how other tables, in which no published number differs, differs from the true one.
    `narrowest` is the narrowest interval that the alternatives leave any unsafe cell.
    """

    unsafe: int
    complementary: int
    narrowest: tuple[int, int] | None = field(repr=False)
    alternatives: tuple[Mapping[Identity, int], ...] = field(repr=False)


@dataclass(frozen=True)
class Proof:
    """What may be said of a proof: the digests it covers, and how many cells are shown and how many are not.

    `evidence` is there only where the proof was made, never where it is read back for release.
    """

    digests: Mapping[str, str]
    published: int
    suppressed: int
    evidence: Evidence | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class ProtectedTables:
    """Tables that were protected together, as one system, under a policy."""

    policy: Policy
    tables: tuple[ProtectedTable, ...]
    proof: Proof


@dataclass(frozen=True)
class RoundedTables:
    """Tables that were rounded under a policy."""

    policy: Policy
    tables: tuple[RoundedTable, ...]


@dataclass(frozen=True)
class PublishedElsewhere:
    """Whose totals of the same people were known when a period was protected; `sha256` is of what was approved."""

    publisher: str
    title: str
    published_on: str
    totals: int
    sha256: str


@dataclass(frozen=True)
class ProtectedPeriod:
    """The protected tables of one operation's period, of one population, and what others publish that is known to
    whoever reads them."""

    operation: str
    period: Period
    policy: Policy
    tables: tuple[ProtectedTable, ...]
    proof: Proof
    population: Population = Population.MOVEMENTS
    elsewhere: tuple[PublishedElsewhere, ...] = ()


def count_cells(tables: Iterable[PublishedTable]) -> tuple[int, int]:
    """How many cells are published and how many suppressed; a cell that stands in two tables counts twice."""
    values = [value for table in tables for value in table.cells.values()]
    suppressed = sum(value is None for value in values)
    return len(values) - suppressed, suppressed
