"""What programs of partners call, below `/api/v1`: JSON in and out, by a token of the partner's account.

A program gets what its partner sees on screen and nothing more: each route calls the function that the page calls.
"""

from app.api.api_page import api_page
from app.api.description import PREFIX, api_router, described
from app.api.problem_json import nothing_here

__all__ = ["PREFIX", "api_page", "api_router", "described", "nothing_here"]
