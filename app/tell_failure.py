"""What may be said of an error that nobody foresaw: its kind and where it arose. Its own words might quote an answer."""

from types import TracebackType

__all__ = ["kind_and_place"]


def kind_and_place(error: BaseException) -> str:
    """Such as `KeyError at casework/admission/open_case.py:94`, and nothing that the error itself says."""
    at: TracebackType | None = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    where = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else "nowhere"
    return f"{type(error).__name__} at {where}"
