"""How alike two names are, from 0 to 1: half by their letters, half by the consonants they share across scripts."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler, Levenshtein
from rapidfuzz.process import cdist

from casework.names.name_skeleton import name_words, word_skeleton

__all__ = ["likeness", "word_likenesses"]

NOTHING: Final = 0.0


def likeness(one: str, other: str) -> float:
    """Of two full names: each word of the one with fewer words is compared with the likest word of the other."""
    fewer, more = sorted((name_words(one), name_words(other)), key=len)
    if not fewer:
        return NOTHING
    skeletons = [word_skeleton(word) for word in more]
    return float(np.mean([word_likenesses(word, more, skeletons).max() for word in fewer]))


def word_likenesses(word: str, words: Sequence[str], skeletons: Sequence[str]) -> NDArray[np.float32]:
    """Of one romanized word to each of `words`, whose skeletons are given beside them."""
    letters: Any = cdist([word], words, scorer=JaroWinkler.similarity, dtype=np.float32)
    consonants: Any = cdist([word_skeleton(word)], skeletons, scorer=Levenshtein.normalized_similarity, dtype=np.float32)
    alike: NDArray[np.float32] = (letters[0] + consonants[0]) / 2
    return alike
