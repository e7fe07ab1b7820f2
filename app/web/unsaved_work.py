"""What somebody typed and has not sent is kept in their browser, sealed under a key that only a page of theirs brings.

The key is the account's, whatever the session, so that what was typed before a session ended opens in the next one; it is in
the page alone, and the script keeps it nowhere. What is kept lies under a keyed fingerprint of account and form, so that a
browser's storage tells of no case. `static/unsaved_work.js` does the rest.
"""

import base64
import re
from typing import Final

from fastapi import Request, Response

from app.web.desk import desk_of
from app.web.signed_in import Visit, is_on_this_machine

__all__ = ["SCRIPT", "key_for", "name_for", "tell_sent"]

SCRIPT: Final = "unsaved_work.js"
SENT: Final = "sent"  # a cookie that the script reads: which form was taken, so that what is kept of it is forgotten
NAME: Final = re.compile(r"[0-9a-f]{32}")
DAYS: Final = 7  # as in the script: what is older is forgotten there anyhow


def key_for(request: Request, visit: Visit | None) -> str:
    """The key of the account behind the page, in base64 (32 bytes); none for nobody and for a program."""
    if visit is None or visit.session is None:
        return ""
    return base64.b64encode(desk_of(request).ring.blind_token("web.unsaved.key", str(visit.session.account))).decode()


def name_for(request: Request, visit: Visit | None, form: str) -> str:
    """What a form of the account is kept under in the operation it works in; `form` tells it from the other forms."""
    if visit is None or visit.session is None:
        return ""
    whose = f"{visit.session.account}/{visit.access.operation}/{form}"
    return desk_of(request).ring.blind_token("web.unsaved.name", whose).hex()[:32]


def tell_sent(request: Request, response: Response) -> None:
    """What the form held was taken: let the browser forget what it kept of it. An answer that is a page to load says so by
    itself (`app.web.signed_in_page`)."""
    name = request.query_params.get("unsaved", "")
    if NAME.fullmatch(name):
        secure = not is_on_this_machine(request)
        response.set_cookie(SENT, name, max_age=DAYS * 24 * 3600, path="/", samesite="strict", secure=secure)
