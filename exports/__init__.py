"""What leaves: the weekly report in every language and format, and the statistics layer that the world reads.

Nothing is accepted but protected tables, which only `anonymizer` can make; nothing here can reach identified data.
"""

from exports.build_release import Release, build_release
from exports.edition import codes_of
from exports.languages import LANGUAGES, code_names
from exports.publish_release import (
    DimensionCode,
    PublishedRelease,
    list_releases,
    publish_release,
    released_cells,
    released_codes,
)
from exports.render_template import FONTS

__all__ = [
    "FONTS",
    "LANGUAGES",
    "DimensionCode",
    "PublishedRelease",
    "Release",
    "build_release",
    "code_names",
    "codes_of",
    "list_releases",
    "publish_release",
    "released_cells",
    "released_codes",
]
