"""How the answers of forms are kept, where their workbooks do not say: suggested with reasons, set by a person.

A long form is shown in stretches; each is set by itself. A suggestion is filled in only where it is asked for, and kept
only when the page is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.problems import FormExpired, status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from core.access import require
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.permissions import Right
from forms import PrivacyClass, Question, RecordKind, RecordPart, classes
from forms.classes import FormToClassify, QuestionClass, Suggestion

__all__ = ["FORMS"]

router = signed_in_router()
FORMS: Final = PageGroup(router, "forms", (Entry("/forms", "form_classes", Right.CLASSIFY_FORM),))
STRETCH: Final = 100  # questions on a page
Decided = Mapping[str, QuestionClass | None]


@dataclass(frozen=True)
class _Asked:
    """Which stretch of which form is asked for; `filled` with what is suggested."""

    form: str
    version: str
    after: int
    filled: bool = False

    def address(self, **more: object) -> str:
        """The page of this stretch, or with other words in its address."""
        return f"/forms/classes?{urlencode({'form': self.form, 'version': self.version, 'after': self.after, **more})}"

    def stretch(self, found: FormToClassify) -> Iterator[tuple[int, Question]]:
        """The questions of the stretch, by their number in the form."""
        return islice(enumerate(found.declared.questions), self.after, self.after + STRETCH)


@router.get("/forms")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Every published version, with how many of its questions nobody classified."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.CLASSIFY_FORM)
        versions = classes.list_form_versions(session, visit.access.operation)
    return show(request, "form_list.html.j2", visit, versions=versions)


@router.get("/forms/classes")
def ask(  # noqa: PLR0917  (each is a word of the address)
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    form: Annotated[str, Query()],
    version: Annotated[str, Query()] = "",
    after: Annotated[int, Query(ge=0)] = 0,
    filled: Annotated[str, Query()] = "",
) -> Response:
    """A stretch of a form's questions; what is `filled` in for whoever asks is not kept until it is sent."""
    return _page(request, visit, desk, _Asked(form, version, after, bool(filled)))


@router.post("/forms/classes")
def decide(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Keep what was decided of the stretch: all of it, or where something is wrong nothing."""
    asked = _Asked(str(form.get("form", "")), str(form.get("version", "")), _number(form.get("after")))
    decided: dict[str, QuestionClass | None] = {}
    try:
        with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
            require(session, Right.CLASSIFY_FORM)
            found = classes.form_to_classify(session, visit.access.operation, asked.form, asked.version)
            decided = {it.path: _given(form, at) for at, it in asked.stretch(found) if f"privacy.{at}" in form}
            records, seen = _kind(form.get("records")), _number(form.get("seen"))
            operation = visit.access.operation
            classes.set_classes(session, operation, asked.form, asked.version, decided, records=records, seen=seen)
    except classes.FormNotPublished:
        raise
    except Problem as problem:
        return _page(request, visit, desk, asked, problem=problem, decided=decided)
    return go_to(asked.address(done="kept"))


def _page(
    request: Request, visit: Visit, desk: Desk, asked: _Asked, *, problem: Problem | None = None, decided: Decided | None = None
) -> Response:
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.CLASSIFY_FORM)
        found = classes.form_to_classify(session, visit.access.operation, asked.form, asked.version)
        suggested = classes.suggest_classes(found, classes.earlier_version(session, visit.access.operation, found))
    shown = _shown(found, suggested, asked, decided or {})
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, {made.set_by for made in found.history})  # by the program, as on the page of policies
    return show(
        request,
        "form_classes.html.j2",
        visit,
        status=status_of(problem) if problem else 200,
        at="/forms/classes",
        problem=problem,
        refusals=problem.refusals if isinstance(problem, classes.ClassesRejected) else (),
        asked=asked,
        form=found,
        rows=[(at, it, shown.get(it.path), suggested.get(it.path)) for at, it in asked.stretch(found)],
        following=asked.after + STRETCH if asked.after + STRETCH < len(found.declared.questions) else 0,
        label=lambda labels: labels.get(reader_language(request, visit)) or next(iter(labels.values()), ""),
        names=names,
        words={"privacy": list(PrivacyClass), "part": list(RecordPart), "records": list(RecordKind)},
        variables=classes.known_variables(),
        done=request.query_params.get("done", ""),
    )


def _shown(found: FormToClassify, suggested: Mapping[str, Suggestion], asked: _Asked, decided: Decided) -> Decided:
    """What is filled in: what was typed and refused, else what holds, else the suggestions where they were asked for."""
    offered = {path: it.given for path, it in suggested.items()} if asked.filled else {}
    return {**offered, **found.classes.questions, **decided}


def _given(form: CheckedForm, at: int) -> QuestionClass | None:
    privacy, part, statistic = (str(form.get(f"{word}.{at}", "")).strip() for word in ("privacy", "part", "statistic"))
    if not privacy:
        return None
    if privacy not in set(PrivacyClass) or part not in {"", *RecordPart}:
        raise FormExpired
    return QuestionClass(PrivacyClass(privacy), RecordPart(part) if part else None, statistic or None)


def _kind(given: object) -> RecordKind | None:
    return RecordKind(str(given)) if given in set(RecordKind) else None


def _number(given: object) -> int:
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise FormExpired
    return int(text)
