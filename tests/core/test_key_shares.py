"""Any K of N shares give the passphrase, fewer give nothing, and no message repeats a word of a share."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.keys.key_shares import SharesUnfit, ShareUnreadable, SplitImpossible, combine_shares, split_passphrase

PASSPHRASE = "seven lanterns on the quay, سبعة"


@settings(max_examples=15)
@given(st.text(min_size=1, max_size=60), st.data())
def test_any_choice_of_enough_shares_gives_the_passphrase_again(passphrase: str, data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 6))
    threshold = data.draw(st.integers(2, count))
    lines = split_passphrase(passphrase, threshold, count)
    order = data.draw(st.permutations(lines))
    assert combine_shares(order[: data.draw(st.integers(threshold, count))]) == passphrase
    with pytest.raises(SharesUnfit):
        combine_shares(order[: threshold - 1])


def test_the_same_share_twice_is_one_share() -> None:
    line = split_passphrase(PASSPHRASE, 2, 3)[0]
    with pytest.raises(SharesUnfit, match="2 different ones are needed, 1 were given"):
        combine_shares([line, line.upper()])


def test_shares_of_two_splittings_do_not_go_together() -> None:
    first, second = split_passphrase(PASSPHRASE, 2, 2), split_passphrase(PASSPHRASE, 2, 2)
    with pytest.raises(SharesUnfit, match="different splittings"):
        combine_shares([first[0], second[1]])


@pytest.mark.parametrize(
    "spoil", [lambda w: w[:-1], lambda w: [*w[:-2], w[-1], w[-2]], lambda w: ["qqqq", *w[1:]], lambda w: []]
)
def test_a_share_written_down_wrongly_is_named_by_its_number(spoil: object) -> None:
    first, second = split_passphrase(PASSPHRASE, 2, 2)
    assert callable(spoil)
    with pytest.raises(ShareUnreadable, match="Share 2 is not one") as refusal:
        combine_shares([first, " ".join(spoil(second.split()))])
    assert str(refusal.value) == str(ShareUnreadable(number=2))
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(("threshold", "shares"), [(1, 3), (0, 0), (4, 3), (2, 17)])
def test_a_splitting_that_protects_nothing_or_cannot_be_is_refused(threshold: int, shares: int) -> None:
    with pytest.raises(SplitImpossible):
        split_passphrase(PASSPHRASE, threshold, shares)
