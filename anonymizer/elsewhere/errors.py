"""What the registry of totals published elsewhere refuses."""

from core.errors import Problem

__all__ = ["PublicationChanged", "PublicationUnfit", "PublicationUnknown"]


class PublicationUnknown(Problem):
    code = "ANON-150"
    says = "There is no publication {publication} in this operation's registry."
    remedy = "List them with `bin/waystation elsewhere list`."


class PublicationChanged(Problem):
    code = "ANON-151"
    says = "Version {version} of what {publisher} published of {period} is not what was approved."
    remedy = "It is not used, and {period} is not protected: somebody changed it in the database. Propose it again."


class PublicationUnfit(Problem):
    code = "ANON-152"
    says = "What was published elsewhere cannot be entered: {reason}."
    remedy = "Say who published it, under which title and when, and give at least one total. Nothing was written."
