"""The routes of the interface, and their description in OpenAPI, which is served beside them and makes docs/api.md."""

from functools import cache
from typing import Any, Final

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from app.api import exports, handed_on, referrals
from app.api.shapes import AnswerIn

__all__ = ["PREFIX", "api_router", "described"]

PREFIX: Final = "/api/v1"


@cache
def api_router() -> APIRouter:
    """All routes, with the description at `/api/v1/openapi.json`, which needs no token: it holds nothing of anybody."""
    router = APIRouter(prefix=PREFIX)
    router.include_router(referrals.router)
    router.include_router(handed_on.router)
    router.include_router(exports.router)

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(described())

    return router


@cache
def described() -> dict[str, Any]:
    """OpenAPI 3.1; refusals are of the media type of problem details."""
    said = get_openapi(
        title="Waystation, for programs of partners",
        version="1",
        summary="Referrals to a partner, persons whom a partner hands on, and exports that lie for them.",
        routes=api_router().routes,
    )
    answer_in = AnswerIn.model_json_schema(ref_template="#/components/schemas/{model}")
    said["components"]["schemas"]["AnswerIn"] = {name: it for name, it in answer_in.items() if name != "$defs"}
    for path in said["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status.startswith("4") and "application/json" in answer.get("content", {}):
                    answer["content"] = {"application/problem+json": answer["content"].pop("application/json")}
    return said
