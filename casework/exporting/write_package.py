"""A referral written down for its provider, in memory: one page that anybody can read, and the same for a program."""

import io
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from casework.case_file.words import case_words
from casework.consent.consents import Sharing
from casework.exporting.sent_referral import SentReferral
from casework.programme import Programme
from casework.referrals.told_answers import ToldAnswer
from core.languages import direction_of

__all__ = ["Package", "write_package"]

TEXTS: Final = Path(__file__).parent / "texts"
CODES: Final = {"provider": "provider", "service_type": "service_type", "urgency": "urgency"}
STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #999;padding:.3rem .5rem;text-align:start;vertical-align:top}"
)
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"  # it asks nobody for anything, wherever it is opened


@dataclass(frozen=True)
class Package:
    """What is written. `number` names the record in this file and in no other; `labels` what questions are called."""

    mark: str
    number: str
    recipient: str
    language: str
    programme: Programme
    consent: Sharing
    referral: SentReferral = field(repr=False)
    told: Sequence[ToldAnswer] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)

    @property
    def said(self) -> dict[str, Any]:
        return {"provider": self.referral.provider, **self.referral.said}


def write_package(package: Package) -> Iterator[bytes]:
    """The zip of both, without the moment and machine that it was made on."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in (("referral.html", _page(package)), ("referral.json", _json(package))):
            member = ZipInfo(name)
            member.compress_type = ZIP_DEFLATED
            archive.writestr(member, content)
    yield out.getvalue()


def _json(package: Package) -> str:
    """UTF-8, moments in ISO 8601, codes as the programme has them."""
    document = {
        "format": "waystation-referral-1",
        "export": package.mark,
        "record": package.number,
        "sent_at": package.referral.sent_at.isoformat(),
        "due": package.referral.due.isoformat() if package.referral.due else None,
        "referral": package.said,
        "told": [{"field": f"{one.part.value}/{one.question}", "answer": one.value} for one in package.told],
        "consent": {
            "recipient": package.referral.provider,
            "purpose": "referral",
            "basis": package.consent.basis.value,
            "until": package.consent.until.isoformat() if package.consent.until else None,
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _page(package: Package) -> str:
    say, words = _texts(package.language), case_words(package.language)
    told = [(package.labels.get(one.question, one.question), _said(one.value)) for one in package.told]
    asked = [(words[f"field_{name}"], _coded(package, name, value)) for name, value in package.said.items()]
    consent = [(say["basis"], say[f"basis_{package.consent.basis.value}"]), (say["until"], _day(package.consent.until))]
    sent = [(say["sent_on"], _day(package.referral.sent_at)), (say["due"], _day(package.referral.due))]
    body = (
        f"<h1>{escape(say['title'])}</h1><p><strong>{escape(say['care'].format(recipient=package.recipient))}</strong></p>"
        f"<p>{escape(say['reference'])}: <bdi>{package.number}</bdi></p>{_table(sent)}"
        f"<h2>{escape(say['referral'])}</h2>{_table(asked)}<h2>{escape(say['told'])}</h2>"
        f"{_table(told) if told else '<p>' + escape(say['told_none']) + '</p>'}"
        f'<h2>{escape(say["consent"])}</h2>{_table(consent)}<p><small dir="ltr">{escape(package.mark)}</small></p>'
    )
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(say['title'])}</title><style>{STYLE}</style>"
    )
    root = f'<!doctype html><html lang="{package.language}" dir="{direction_of(package.language)}">'
    return f"{root}<head>{head}</head><body>{body}</body></html>"


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = (f'<th scope="row" dir="auto">{escape(name)}</th><td dir="auto">{escape(said)}</td>' for name, said in rows if said)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _coded(package: Package, name: str, value: Any) -> str:
    return package.programme.label(CODES[name], str(value), package.language) if name in CODES else _said(value)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(at: datetime | date | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


@cache
def _texts(language: str) -> Mapping[str, str]:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
