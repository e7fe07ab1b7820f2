"""Files read batch by batch, and each record looked at, by somebody who has no database and asks others for the forms."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import TypeAlias

from core.errors import Problem
from core.keys.keyring import KeyRing
from forms import FormDefinition
from ingest.from_files.batches import in_batches
from ingest.from_files.candidate import Candidate, PassedOver
from ingest.from_files.look_up_forms import FormAsked
from ingest.from_files.looked_at import LookedAt

__all__ = ["Batch", "Reading", "Step"]

Batch: TypeAlias = list[LookedAt | PassedOver]
# A batch (an empty one is the end), a form that has to be looked up first, or why the rest cannot be read.
Step: TypeAlias = Batch | FormAsked | Problem


class _NotFoundYet(Exception):
    def __init__(self, asked: FormAsked) -> None:
        super().__init__(asked)
        self.asked = asked


class Reading:
    """One pass through what was found. Each call goes a step on, given the forms that the step before asked for."""

    def __init__(self, ring: KeyRing, found: Iterable[Candidate | PassedOver]) -> None:
        self._ring = ring
        self._known: dict[FormAsked, FormDefinition | None] = {}
        self._steps = self._read(found)

    def __call__(self, forms: Mapping[FormAsked, FormDefinition | None]) -> Step:
        self._known |= forms
        try:
            return next(self._steps, [])
        except Problem as problem:
            return problem

    def _read(self, found: Iterable[Candidate | PassedOver]) -> Iterator[Batch | FormAsked]:
        for batch in in_batches(found):
            looked_at: Batch = []
            for one in batch:
                looked_at.append((yield from self._looked_at(one)) if not isinstance(one, PassedOver) else one)
            yield looked_at
            # A form that was not there may be published by the next batch.
            self._known = {asked: form for asked, form in self._known.items() if form is not None}

    def _looked_at(self, one: Candidate) -> Generator[FormAsked, None, LookedAt]:
        while True:
            try:
                return LookedAt.of(one, self._ring, self._look_up)
            except _NotFoundYet as missing:
                yield missing.asked

    def _look_up(self, form_id: str, version: str | None) -> FormDefinition | None:
        asked = FormAsked(form_id, version)
        if asked not in self._known:
            raise _NotFoundYet(asked)
        return self._known[asked]
