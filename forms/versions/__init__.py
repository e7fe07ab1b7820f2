"""What changed between two versions of a form, and what that does to stored answers and to statistics."""

from forms.versions.compare_versions import compare_versions
from forms.versions.form_change import FormChange, What
from forms.versions.version_compared import VersionCompared

__all__ = ["FormChange", "VersionCompared", "What", "compare_versions"]
