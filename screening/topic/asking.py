"""Which texts to ask reviewers about next: mostly where the score is unsure, some from the top, some at random; a tenth blind.

Uncertain ones teach most, the top is what will be rewarded, and only the random ones say how the rest is. A blind question is
shown without score and band, to see how far reviewers agree with a score because they see it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

UNCERTAIN, TOP, RANDOM = "uncertain", "top", "random"
_TENTHS = {UNCERTAIN: 6, TOP: 2, RANDOM: 2}
BLIND = 0.1


@dataclass(frozen=True, slots=True)
class Question:
    """A text to be judged: its id, why it was chosen ("uncertain", "top", "random"), whether it is asked blind."""

    id: str
    why: str
    blind: bool


def shares(number: int) -> dict[str, int]:
    """Return how many questions there are of each reason; what does not divide goes to the largest remainders, in their order.

    >>> shares(10), shares(4)
    ({'uncertain': 6, 'top': 2, 'random': 2}, {'uncertain': 2, 'top': 1, 'random': 1})
    """
    out = {why: number * tenths // 10 for why, tenths in _TENTHS.items()}
    left = sorted(_TENTHS, key=lambda why: -(number * _TENTHS[why] % 10))
    for why in left[: number - sum(out.values())]:
        out[why] += 1
    return out


def next_questions(
    scores: Mapping[str, float], number: int, *, seed: int, decided: Collection[str] = ()
) -> tuple[Question, ...]:
    """Choose ``number`` texts (fewer if there are fewer) of those not ``decided``; ``scores`` (0–1) by id.

    Pure: the same scores, number and seed give the same questions in the same order, whatever the order of ``scores``. The order
    of the questions says nothing about why they were chosen.
    """
    random = Random(seed)  # noqa: S311 - a sample, no secret
    open_ = sorted(set(scores) - set(decided))
    random.shuffle(open_)  # so that equal scores are drawn by lot
    quota = shares(min(number, len(open_)))
    chosen: dict[str, str] = {}

    def take(why: str, ranked: list[str]) -> None:
        chosen.update(dict.fromkeys([name for name in ranked if name not in chosen][: quota[why]], why))

    take(UNCERTAIN, sorted(open_, key=lambda name: abs(scores[name] - 0.5)))
    take(TOP, sorted(open_, key=lambda name: -scores[name]))
    take(RANDOM, open_)
    asked = sorted(chosen)
    random.shuffle(asked)
    blind = set(random.sample(asked, round(BLIND * len(asked))))
    return tuple(Question(name, chosen[name], name in blind) for name in asked)
