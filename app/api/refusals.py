"""What the description says of refusals and of bodies that are read piece by piece."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from app.api.shapes import ProblemOut

__all__ = ["EVERYWHERE", "json_body", "refusals"]

SAID: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.UNAUTHORIZED: "The token is unknown, over or taken back.",
    HTTPStatus.FORBIDDEN: "The token is not for this, it is not open to the account, or the record is restricted.",
    HTTPStatus.NOT_FOUND: "There is none that is open to the account.",
    HTTPStatus.CONFLICT: "Not from the state in which it is.",
    HTTPStatus.PRECONDITION_FAILED: "Somebody changed it since it was read.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More than is taken at once.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What was sent is not as it is asked for.",
    HTTPStatus.PRECONDITION_REQUIRED: "The header If-Match is missing.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests in a minute, or too many persons in a day.",
}
EVERYWHERE: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


def refusals(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Those of a route, beside the ones that every route has."""
    return {status.value: {"description": SAID[status], "model": ProblemOut} for status in (*EVERYWHERE, *statuses)}


def json_body(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A body that the route reads itself, bounded."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
