"""What do the name tokens betray to somebody who has stolen the database and owns a public list of names?

Run: PYTHONPATH=. .venv/bin/python bench/leakage.py [--persons N] [--seed S]

The store: N persons of five cultures of naming (`CULTURES`). How often a name occurs follows a Zipf-Mandelbrot law,
1 / (rank + offset)^exponent; exponents near 1 for given names and somewhat less for family names are what census counts
of names show, with a heavier head for Arabic and Somali given names, where the commonest is borne by several men in a
hundred. The numbers are ours, chosen by hand. A name here is a skeleton already. Ages are those of a young population,
heaped on round years.

The attacker holds every column, has no key, and so tells tokens apart by how often they occur, and by nothing else. They
are given more than anybody has: the exact laws that names and years were drawn from. Two attacks, of which the worse counts:

- *posterior*: a token that occurs k times is name t with a probability proportional to Poisson(k; N p(t)); where one name
  has at least one half, everybody with this token is betrayed;
- *rank*: the i-th commonest token is taken for the i-th commonest name; whoever is hit is betrayed.

Three stored years let the attacker tie together the tokens that share a person, and so add all the years of one pair of
names up again. Tokens of two operations share no key, so nothing ties them together: each is attacked by itself. What
households and custodies add is granted by telling the attacker the culture of each person.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
WIDTH = 0.0005  # of a bin of log probabilities: names nearer than this are as good as equally frequent
BINS = 80_000
OLDEST = 90
SURE = 0.5


@dataclass(frozen=True)
class Culture:
    """A way of naming: its share of the population, and (how many, exponent, offset) of given and family names."""

    name: str
    share: float
    given: tuple[int, float, float]
    family: tuple[int, float, float]


CULTURES = (
    Culture("Arabic", 0.35, given=(3000, 1.15, 2.0), family=(8000, 0.95, 3.0)),
    Culture("Somali", 0.25, given=(1500, 1.2, 1.5), family=(1500, 1.1, 2.0)),  # the family name is a forefather's given name
    Culture("Ethiopian", 0.15, given=(2500, 1.05, 4.0), family=(2500, 1.05, 4.0)),  # a father's given name
    Culture("West African", 0.15, given=(2000, 1.1, 3.0), family=(3000, 1.1, 2.0)),  # few clan names, each borne by many
    Culture("Slavic", 0.10, given=(1200, 1.1, 3.0), family=(12000, 0.75, 5.0)),
)


@dataclass(frozen=True)
class Law:
    """How many names have which probability: counted in bins of its negative logarithm, so the commonest come first."""

    names: Numbers

    @classmethod
    def of(cls, probabilities: Numbers) -> "Law":
        return cls(np.bincount(places(probabilities), minlength=BINS).astype(float)[:BINS])

    def times(self, probabilities: Numbers) -> "Law":
        """The law of a name of this law together with something independent of it."""
        product = np.zeros(BINS)
        for shift, count in zip(*np.unique(places(probabilities), return_counts=True), strict=True):
            product[shift:] += count * self.names[: BINS - shift]
        return Law(product)

    def plus(self, other: "Law") -> "Law":
        return Law(self.names + other.names)


def places(probabilities: Numbers) -> Whole:
    return np.minimum(np.round(-np.log(probabilities) / WIDTH), BINS - 1).astype(np.int64)


def zipf(count: int, exponent: float, offset: float) -> Numbers:
    weights = 1 / (np.arange(1, count + 1) + offset) ** exponent
    return np.asarray(weights / weights.sum())


def ages() -> Numbers:
    age = np.arange(OLDEST)
    weights = np.exp(-age / 28.0) * np.where(age % 10 == 0, 2.0, np.where(age % 5 == 0, 1.5, 1.0))
    return np.asarray(weights / weights.sum())


def betrayed(tokens: Whole, log_places: Whole, law: Law, persons: int | None = None) -> float:
    """The share of persons whose name the attacker has: one token a person, with the place of its true name in the law."""
    _, first, counts = np.unique(tokens, return_index=True, return_counts=True)
    expected = (persons or len(tokens)) * np.exp(-np.arange(BINS) * WIDTH)
    return max(by_posterior(counts, law, expected), by_rank(counts, log_places[first], law))


def by_posterior(counts: Whole, law: Law, expected: Numbers) -> float:
    there = np.flatnonzero(law.names > 0)
    names, means = law.names[there], expected[there]
    lost = 0
    for count, tokens in zip(*np.unique(counts, return_counts=True), strict=True):
        weights = count * np.log(means) - means
        weights = np.exp(weights - weights.max())
        if 1 / (weights * np.minimum(names, 1e300)).sum() >= SURE:  # the likeliest name has weight 1
            lost += count * tokens
    return float(lost / counts.sum())


def by_rank(counts: Whole, true_places: Whole, law: Law) -> float:
    """Equal counts are in any order, and so are names of one bin: the chance to be hit is how far the two overlap."""
    ordered = np.sort(counts)[::-1]
    from_token = np.searchsorted(-ordered, -counts, side="left").astype(float)
    to_token = np.searchsorted(-ordered, -counts, side="right").astype(float)
    ends = np.cumsum(law.names)
    to_name = ends[true_places]
    from_name = to_name - law.names[true_places]
    overlap = np.clip(np.minimum(to_token, to_name) - np.maximum(from_token, from_name), 0, None)
    hit = overlap / ((to_token - from_token) * np.maximum(to_name - from_name, 1))
    return float((counts * hit).sum() / counts.sum())


def chain(pair: Whole, year: Whole) -> Whole:
    """Which tokens fall together when three years of each person are stored: those of a pair no more than two years apart."""
    order = np.lexsort((year, pair))
    apart = (np.diff(pair[order]) != 0) | (np.diff(year[order]) > 2)
    chains = np.empty(len(pair), np.int64)
    chains[order] = np.concatenate([[0], np.cumsum(apart)])
    return chains


def simulate(persons: int, seed: int = 1) -> dict[str, float]:
    """By what is stored, the share of persons betrayed (the worse of the two attacks)."""
    chance = np.random.default_rng(seed)
    culture = chance.choice(len(CULTURES), size=persons, p=[one.share for one in CULTURES])
    year = chance.choice(OLDEST, size=persons, p=ages())
    given, pair = np.empty(persons, np.int64), np.empty(persons, np.int64)
    given_place, pair_place = np.empty(persons, np.int64), np.empty(persons, np.int64)
    given_laws, pair_laws = [], []
    for number, one in enumerate(CULTURES):
        theirs = np.flatnonzero(culture == number)
        given_p, family_p = one.share * zipf(*one.given), zipf(*one.family)
        first = chance.choice(len(given_p), size=len(theirs), p=given_p / one.share)
        last = chance.choice(len(family_p), size=len(theirs), p=family_p)
        given[theirs] = first + number * 10**4
        pair[theirs] = (first + number * 10**4) * 10**5 + last
        given_place[theirs] = places(given_p)[first]
        pair_place[theirs] = np.minimum(places(given_p)[first] + places(family_p)[last], BINS - 1)
        given_laws.append(Law.of(given_p))
        pair_laws.append(Law.of(given_p).times(family_p))
    given_law, pair_law = added(given_laws), added(pair_laws)
    compound, compound_law = pair * 100 + year, pair_law.times(ages())
    compound_place = np.minimum(pair_place + places(ages())[year], BINS - 1)
    chained = chain(pair, year)
    lines = {
        "given name alone": betrayed(given, given_place, given_law),
        "given + family name": betrayed(pair, pair_place, pair_law),
        "given + family + year, three years stored": betrayed(chained, pair_place, pair_law),
        "given + family + year, one stored (as built)": betrayed(compound, compound_place, compound_law),
    }
    known = [np.flatnonzero(culture == number) for number in range(len(CULTURES))]
    lines["as built, culture of each person known"] = sum(
        betrayed(compound[who], compound_place[who], law.times(ages()), persons) * len(who) / persons
        for who, law in zip(known, pair_laws, strict=True)
    )
    half = persons // 2
    lines["as built, one of two operations"] = betrayed(compound[:half], compound_place[:half], compound_law)
    return lines


def added(laws: Sequence[Law]) -> Law:
    total = laws[0]
    for law in laws[1:]:
        total = total.plus(law)
    return total


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(f"{given.persons:,} persons; share whose name the token columns betray\n")
    for what, share in simulate(given.persons, given.seed).items():
        print(f"{what:<50}{share:9.3%}")


if __name__ == "__main__":
    main()
