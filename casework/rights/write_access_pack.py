"""Write an access pack down, in memory: one page that anybody can read, and the same as data for another organisation."""

import base64
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from casework.rights.access_pack import AccessPack, HeldSection
from casework.rights.access_pack_texts import texts_of, words_of
from core.languages import direction_of
from ingest import UploadedFile

__all__ = ["as_json", "as_page"]

STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #999;padding:.3rem .5rem;text-align:start;vertical-align:top}img{max-width:100%}em{color:#666}"
)
# The page asks nobody for anything, wherever it is opened.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:"


def as_page(pack: AccessPack) -> bytes:
    """One self-contained page in the person's language, from right to left where that is how it is written."""
    say = texts_of(pack.language)
    blocks = [
        f"<h1>{escape(say['title'])}</h1><p>{escape(say['intro'])}</p>",
        f"<p>{escape(say['others'].format(count=pack.others))}</p>" if pack.others else "",
        *(_section(pack, section) for section in pack.sections),
        *_tables(pack),
        f"<h2>{escape(say['files'])}</h2>" + ("".join(map(_file, pack.files)) or _nothing(pack)),
        f"<p>{escape(say['made'].format(day=_day(pack.made_at)))}</p>",
    ]
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(say['title'])}</title><style>{STYLE}</style>"
    )
    root = f'<!doctype html><html lang="{pack.language}" dir="{direction_of(pack.language)}">'
    return f"{root}<head>{head}</head><body>{''.join(blocks)}</body></html>".encode()


def as_json(pack: AccessPack) -> bytes:
    """The same for machines: UTF-8, moments in ISO 8601, files in base64."""
    document = {
        "format": "waystation-access-pack-1",
        "person": str(pack.person),
        "language": pack.language,
        "made_at": pack.made_at.isoformat(),
        "others_left_out": pack.others,
        "sections": [_section_data(section) for section in pack.sections],
        "consents": [
            {
                "version": version.version,
                "purpose": version.said.purpose,
                "recipient": version.said.recipient,
                "state": version.said.state,
                "basis": version.said.basis,
                "given_by": version.said.given_by,
                "guardian": version.said.guardian,
                "language": version.said.language,
                "text_version": version.said.text_version,
                "said_at": version.said.said_at.isoformat(),
                "valid_until": _iso(version.said.valid_until),
            }
            for version in pack.consents
        ],
        "restrictions": [
            {"since": since.isoformat(), "until": _iso(until), "purpose": purpose, "reason": reason}
            for since, until, purpose, reason in pack.restrictions
        ],
        "shared": [
            {
                "recipient": one.recipient,
                "kind": one.kind,
                "parts": one.parts,
                "since": one.since.isoformat(),
                "until": one.until.isoformat(),
            }
            for one in pack.shared
        ],
        "uses": [
            {"at": use.at.isoformat(), "action": use.action, "roles": use.roles, "purpose": use.purpose} for use in pack.uses
        ],
        "files": [
            {"name": file.name, "type": file.content_type, "content": base64.b64encode(file.content).decode()}
            for file in pack.files
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _section_data(section: HeldSection) -> dict[str, object]:
    answers = [{"name": held.name, "question": held.question, "answer": held.answer} for held in section.answers]
    return {
        "kind": section.kind,
        "form": section.form,
        "received_at": _iso(section.received_at),
        "until": _iso(section.until),
        "changed_because": section.changed_because,
        "answers": answers,
    }


def _section(pack: AccessPack, section: HeldSection) -> str:
    say = texts_of(pack.language)
    title = say["person"] if section.kind == "person" else say["assistance"].format(day=_day(section.received_at))
    if section.until:
        title = say["former"].format(day=_day(section.until))
    because = f"<p>{escape(say['because'])}: {escape(section.changed_because)}</p>" if section.changed_because else ""
    withheld = f"<em>{escape(say['withheld'])}</em>"
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{escape(held.question)}</th>'
        f'<td dir="auto">{withheld if held.answer is None else escape(held.answer)}</td></tr>'
        for held in section.answers
    )
    table = f"<table>{rows}</table>" if rows else _nothing(pack)
    return f"<h2>{escape(title)}</h2><p>{escape(section.form)}</p>{because}{table}"


def _tables(pack: AccessPack) -> list[str]:
    consents = [
        (_day(v.said.said_at), v.said.purpose, v.said.recipient, v.said.state, v.said.given_by, _day(v.said.valid_until))
        for v in pack.consents
    ]
    limits = [(_day(since), _day(until), purpose, reason) for since, until, purpose, reason in pack.restrictions]
    shared = [(_day(one.since), _day(one.until), one.recipient, one.kind) for one in pack.shared]
    uses = [(f"{use.at:%Y-%m-%d %H:%M}", use.action, use.purpose, *use.roles) for use in pack.uses]
    uses_by_role = [(at, action, purpose, _words(pack, roles)) for at, action, purpose, *roles in uses]
    return [
        _table(pack, "consents", ("date", "purpose", "recipient", "state", "given_by", "until"), consents),
        _table(pack, "restrictions", ("date", "until", "purpose", "reason"), limits),
        _table(pack, "shared", ("date", "until", "recipient", "action"), shared),
        _table(pack, "uses", ("date", "action", "purpose", "role"), uses_by_role),
    ]


def _table(pack: AccessPack, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    say, words = texts_of(pack.language), words_of(pack.language)
    head = "".join(f"<th>{escape(say[column])}</th>" for column in columns)
    lines = ("".join(f"<td>{escape(words.get(cell, cell))}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<h2>{escape(say[title])}</h2>" + (f"<table><tr>{head}</tr>{body}</table>" if body else _nothing(pack))


def _file(file: UploadedFile) -> str:
    data = f"data:{escape(file.content_type)};base64,{base64.b64encode(file.content).decode()}"
    kind, name = file.content_type.partition("/")[0], escape(file.name)
    shown = {"image": f'<img alt="{name}" src="{data}">', "audio": f'<audio controls src="{data}"></audio>'}.get(kind, "")
    return f"<p>{name}<br>{shown}</p>"


def _words(pack: AccessPack, codes: Iterable[str]) -> str:
    return ", ".join(words_of(pack.language).get(code, code) for code in codes)


def _nothing(pack: AccessPack) -> str:
    return f"<p>{escape(texts_of(pack.language)['nothing'])}</p>"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
