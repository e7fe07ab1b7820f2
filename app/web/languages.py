"""Which language a reader gets, how the choice is kept, and the texts in it (`texts/<group>.<language>.toml`).

A language is asked for in the address (`?lang=`), else the one chosen before (a cookie of this browser), else the
account's, else the one that the browser prefers.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response

from core.languages import DEFAULT_LANGUAGE, LANGUAGES

__all__ = ["LANGUAGE_COOKIE", "TEXTS", "keep_language", "language_address", "language_of", "preferred_language", "read_texts"]

LANGUAGE_COOKIE: Final = "language"
TEXTS: Final = Path(__file__).parent / "texts"
YEAR_SECONDS: Final = 365 * 24 * 3600


def language_of(request: Request, of_account: str | None = None) -> str:
    """The reader's language; `of_account` is the one that the account of whoever is signed in was given."""
    wished = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), of_account
    return next((language for language in wished if language in LANGUAGES), None) or preferred_language(request)


def keep_language(request: Request, response: Response, language: str = "") -> None:
    """Remember a choice of language in the browser."""
    chosen = language or request.query_params.get("lang", "")
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, samesite="lax", httponly=True)


def language_address(request: Request, at: str = "") -> Callable[[str], str]:
    """The address of this page in another language, with all that its address asks for; `at` where it answers a form."""
    return lambda code: f"{at}?{urlencode({**request.query_params, 'lang': code})}"


def preferred_language(request: Request) -> str:
    """The language of ours that the `Accept-Language` header (RFC 9110, section 12.5.4) likes best, else English."""
    return _best(request.headers.get("accept-language", ""))


@cache
def read_texts(name: str, language: str) -> Mapping[str, str]:
    """The texts of one group in one language."""
    return tomllib.loads((TEXTS / f"{name}.{language}.toml").read_text(encoding="utf-8"))


@lru_cache(256)  # a team's phones all say the same
def _best(accept_language: str) -> str:
    wished = sorted(map(_wish, accept_language.split(",")), key=lambda wish: -wish[1])
    return next((language for language, weight in wished if language in LANGUAGES and weight > 0), DEFAULT_LANGUAGE)


def _wish(item: str) -> tuple[str, float]:
    tag, _, quality = item.replace(" ", "").partition(";q=")
    try:
        return tag.lower().split("-")[0], float(quality or 1)
    except ValueError:
        return "", 0.0
