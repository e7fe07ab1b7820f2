"""docs/api.md: the interface as its description in OpenAPI says it, in words and tables."""

from collections.abc import Iterator
from typing import Any, Final

from app.api.description import PREFIX, described
from casework.left_to_fetch import LEFT_DAYS
from core.identity.service_tokens import LONGEST_DAYS_OF_A_PARTNER, MOST_A_MINUTE

__all__ = ["api_page"]

HEAD: Final = f"""# For programs of partners

A partner's program reads and answers what was referred to its account, hands persons on, and fetches the exports that were
left for its provider. It gets what the [partner's pages](referrals.md) show and nothing more: the same functions, limits,
consents and lines in the log. This page is made by `bin/waystation docs`; the server gives the same in OpenAPI at
`{PREFIX}/openapi.json`.

- **A token**: the partner signs in and asks under "Tokens for your program", for {LONGEST_DAYS_OF_A_PARTNER} days at most; a
  data protection officer approves under "Second person"; the partner makes it and sees it once. It opens this interface and no
  page. A program with an account of its own gets one from an administrator in the same way ("Service tokens").
- It goes into the header `Authorization: Bearer wst_...`, never into an address. Taken back, over, or of a role or an account
  that ended, it is refused at once, all alike.
- **At most {MOST_A_MINUTE} requests a minute**, and as many persons a day as the account may open on screen.
- **Refusals** are problem details (RFC 9457): `code` and `what_to_do` are those of [errors.md](errors.md).
- **An answer** goes with the `ETag` of the referral as it was read, in `If-Match`, and with an id that the program makes: sent
  again, it is the same answer.
- **Persons handed on** wait, sealed, for a supervisor and a data protection officer ([htcds.md](htcds.md)); what was not taken
  in after thirty days is forgotten. They come into the units that the account's role names.
- **Exports** are of the provider that the account's role names, sealed for its key: this server cannot open them. One lies for
  {LEFT_DAYS} days at most and is fetched as often as needed; say that it was **received** once it opened, and it is destroyed
  here. It is destroyed too where somebody in it takes their consent back, is restricted, held or erased: then `CASE-283`.

```
curl -H "Authorization: Bearer $TOKEN" https://waystation.example.org{PREFIX}/referrals
curl -X PUT -H "Authorization: Bearer $TOKEN" -H 'If-Match: "4"' -d '{{"act": "accept", "words": "Tuesday at nine"}}' \\
  https://waystation.example.org{PREFIX}/referrals/$REFERRAL/answers/$(uuidgen)
curl -H "Authorization: Bearer $TOKEN" --data-binary @persons.json https://waystation.example.org{PREFIX}/handed-on
curl -fH "Authorization: Bearer $TOKEN" -o it.zip.age https://waystation.example.org{PREFIX}/exports/$EXPORT/file
age -d -i key.txt -o it.zip it.zip.age && curl -fX POST -H "Authorization: Bearer $TOKEN" \\
  https://waystation.example.org{PREFIX}/exports/$EXPORT/received
```
"""


def api_page() -> str:
    """The page in Markdown."""
    said = described()
    operations = [_operation(path, method, it) for path, on in said["paths"].items() for method, it in on.items()]
    shapes = [_shape(name, it) for name, it in said["components"]["schemas"].items() if it.get("type") == "object"]
    return "\n".join([HEAD, *operations, "## What goes in and out\n", *shapes])


def _operation(path: str, method: str, it: dict[str, Any]) -> str:
    answers = "".join(
        f"| {status} | {answer['description']} | {_name(answer)} |\n" for status, answer in sorted(it["responses"].items())
    )
    asked = ", ".join(f"`{one['name']}` ({one['in']})" for one in it.get("parameters", ()))
    takes = f"\nTakes {asked}.\n" if asked else ""
    words = " ".join(it["description"].split())
    return f"## `{method.upper()} {path}`\n\n{it['summary']}. {words}\n{takes}\n| status | | |\n|---|---|---|\n{answers}"


def _shape(name: str, it: dict[str, Any]) -> str:
    rows = "".join(
        f"| `{field}` | {_kind(said)} | {said.get('description', '')} |\n" for field, said in it.get("properties", {}).items()
    )
    return f"### {name}\n\n{' '.join(it.get('description', '').split())}\n\n| field | kind | |\n|---|---|---|\n{rows}"


def _name(answer: dict[str, Any]) -> str:
    schemas = [it["schema"] for it in answer.get("content", {}).values()]
    return ", ".join(_kind(schema) for schema in schemas)


def _kind(said: dict[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_kinds(said)))


def _kinds(said: dict[str, Any]) -> Iterator[str]:
    for one in said.get("anyOf", [said]):
        if "$ref" in one:
            yield f"`{one['$ref'].rpartition('/')[2]}`"
        elif one.get("type") == "array":
            yield f"list of {_kind(one['items'])}"
        else:
            yield str(one.get("format", one.get("type", "")))
