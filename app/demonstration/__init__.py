"""A demonstration operation in a land that does not exist: Marenda, in the middle of the Atlantic, and its neighbour Tolva.

Nobody here is anybody. The answers are drawn at random from a seed and sent over HTTP through the OpenRosa door, as phones do.
"""

from app.demonstration.run_demonstration import Size, run_demonstration

__all__ = ["Size", "run_demonstration"]
