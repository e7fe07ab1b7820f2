"""Fill in the templates beside this module. What is put in is escaped; only drawings made here pass as they are."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

__all__ = ["FONTS", "TEMPLATES", "render_template"]

FONTS: Final = Path(__file__).parent / "fonts"
TEMPLATES: Final = Path(__file__).parent / "templates"
ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(disabled_extensions=("txt.j2",), default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render_template(name: str, **values: object) -> Markup:
    """The filled-in template, safe to put into another."""
    return Markup(ENVIRONMENT.get_template(name).render(**values))  # noqa: S704  (rendered with autoescape)
