"""The parts of the score: each a few counted things, each counting up to a bound. More of any of them never lowers a part.

The bounds ("full") are set by hand at what a solid case has, so that heaping up more buys nothing; they are shown with every figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from screening.document import Span
from screening.finding import Severity
from screening.scoring.result import Figure
from screening.text.narrative import Narrative
from screening.text.structure import LedgerItem, Section
from screening.topic.result import TopicFit

SECTION_WORDS = 150  # 字 from where on a section counts whole
INFERRED = (
    0.9  # a section without a heading of its own is told with less certainty, and harder to find for a reader too
)
STORY_PARTS = 3  # a text without prescribed sections is looked at in so many pieces of equal length
# Checks of form, by name. Length, reuse, quota and deadline are hard facts: they stay flags and never enter an average.
FORM_CHECKS = ("title", "file_format", "author_form", "form_matches_body", "personal_data")
_FORM_SHARE = {Severity.NOTE: 0.8, Severity.REVIEW: 0.4, Severity.BLOCKER: 0.0}
_THOUSAND = 1000  # a text shorter than this is reckoned as so long: one date does not make a short text rich


def relevance(topic: TopicFit) -> float:
    """Return how far the other parts of content count (0–1): whole from a topic score of 0.5 on, below it in proportion.

    Six full sections with figures about the training of nurses are no structure and no evidence of a case on teachers.
    """
    return round(min(1.0, 2 * _grade(topic)), 4)


def topic_figures(topic: TopicFit) -> tuple[Figure, ...]:
    """Return the topic score as it is, halved for a text of another genre (a notice, a plan) that speaks of the topic."""
    name = "切题分" if _grade(topic) == topic.score else "切题分（文体不是案例，减半）"
    return (_figure(name, _grade(topic), 1.0, "", 1.0),)


def structure_figures(sections: Sequence[Section]) -> tuple[Figure, ...]:
    """Return the 字数 of each section that the notice asks for; all of them weigh alike."""
    out = []
    for s in sections:
        share = min(1.0, s.words / SECTION_WORDS) * {"heading": 1.0, "inferred": INFERRED, "none": 0.0}[s.found]
        words = s.words if s.found != "none" else 0
        out.append(_figure(s.name, words, SECTION_WORDS, "字", 1 / len(sections), share))
    return tuple(out)


def narrative_figures(told: Narrative, topic: TopicFit) -> tuple[Figure, ...]:
    """Return how much of a story is told by its narrator, lived in training, and felt or thought about: 经历、感受、思考."""
    share = 100 * len(told.told) / max(1, len(told.sentences))
    return (
        _figure("用“我”讲述的句子占", round(share, 1), 40, "%", 0.3),
        _figure("写自己参加培训的句子", len(topic.participation), 4, "句", 0.4),
        _figure("写感受和思考的句子", len(told.felt), 4, "句", 0.3),
    )


def evidence_figures(items: Sequence[LedgerItem], words: int, pieces: Sequence[Span]) -> tuple[Figure, ...]:
    """Return how many different data and events there are for the length, and in how many ``pieces`` of the text."""
    data = _of(items, "data")
    events = _of(items, "event")
    return (
        _figure("不同的数据", _per_thousand(data, lambda i: i.value, words), 10, "处/千字", 0.4),
        _figure("有时间地点的事例", _per_thousand(events, lambda i: i.quote, words), 2, "件/千字", 0.3),
        _spread([*data, *events], pieces),
    )


def example_figures(items: Sequence[LedgerItem], words: int, pieces: Sequence[Span]) -> tuple[Figure, ...]:
    """Return the same for a story, where events, dates and places tell more than numbers do."""
    events = _of(items, "event")
    settings = _of(items, "date", "place")
    return (
        _figure("有时间地点的事例", _per_thousand(events, lambda i: i.quote, words), 2, "件/千字", 0.4),
        _figure("不同的时间和地点", _per_thousand(settings, lambda i: i.value, words), 5, "处/千字", 0.3),
        _spread([*events, *settings], pieces),
    )


def form_figures(found: Mapping[str, Sequence[Severity]], labels: Mapping[str, str]) -> tuple[Figure, ...]:
    """Return for each check of form what its worst finding leaves of it; all of them weigh alike."""
    return tuple(
        _figure(
            labels[name],
            len(said),
            0,
            "项问题",
            1 / len(found),
            _FORM_SHARE[max(said, key=lambda s: s.rank)] if said else 1.0,
        )
        for name, said in found.items()
    )


def pieces_of(sections: Sequence[Section], body: Span) -> tuple[Span, ...]:
    """Return the pieces of the text over which evidence should be spread: the prescribed sections, else equal parts.

    A prescribed section that was not found is an empty piece: nothing in it can be proved.
    """
    if sections:
        return tuple(s.span or Span(0, 0) for s in sections)
    cuts = [body.start + body.length * n // STORY_PARTS for n in range(STORY_PARTS + 1)]
    return tuple(map(Span, cuts, cuts[1:]))


def _grade(topic: TopicFit) -> float:
    # The band of such a text is "unsure" for its genre alone, whatever its score.
    other_genre = topic.band != "on" and topic.score > 0.5 and topic.genre != "case"
    return round(topic.score / 2, 4) if other_genre else topic.score


def _of(items: Iterable[LedgerItem], *kinds: str) -> list[LedgerItem]:
    return [i for i in items if i.kind in kinds]


def _per_thousand(items: Iterable[LedgerItem], key: Callable[[LedgerItem], str], words: int) -> float:
    # Said twice is one fact: only different ones count.
    return round(len({key(i) for i in items}) * _THOUSAND / max(_THOUSAND, words), 1)


def _spread(items: Sequence[LedgerItem], pieces: Sequence[Span]) -> Figure:
    having = sum(any(p.overlaps(i.span) for i in items) for p in pieces)
    return _figure("写到这些的部分", having, len(pieces), "个", 0.3)


def _figure(name: str, value: float, full: float, unit: str, weight: float, share: float | None = None) -> Figure:
    earned = min(1.0, value / full) if share is None else share
    return Figure(name=name, value=value, full=full, unit=unit, share=round(earned, 4), weight=weight)
