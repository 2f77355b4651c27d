"""Topic fit of one text: cleaned, measured, scored, and explained by its own sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from types import MappingProxyType

from screening.case import GROWTH_STORY, WORK_CASE
from screening.document import Document, Paragraph, Span
from screening.text.count import count_words
from screening.topic.clean import Sentence, clean
from screening.topic.features import FEATURES, about_school, features, is_wrong, pairs
from screening.topic.genre import genre_of
from screening.topic.lexicon import TRADE, Lexicon, lexicon
from screening.topic.missing import missing
from screening.topic.model import TopicModel
from screening.topic.participation import takes_part
from screening.topic.result import TopicFit, WeighedSentence
from screening.topic.themes import themes_of

MIN_WORDS, MIN_SENTENCES = 400, 5  # 字 and sentences; below, no verdict is given
TITLE = 1  # sentences that the title counts for
SHOWN = 6  # sentences on each side of the explanation


def score_topic(
    document: Document,
    paragraphs: Sequence[Paragraph],
    kind: str,
    model: TopicModel,
    *,
    title: str = "",
    notice: Document | None = None,
) -> TopicFit:
    """Score the 正文 of one text; sentences of the ``notice`` don't count. Deterministic, no segmenter, about two milliseconds for 2,500 字."""
    words = lexicon()
    cleaned = clean(document, paragraphs, words, notice)
    kept = cleaned.kept
    genre, markers, hits = genre_of(document, paragraphs, words)
    head = [Sentence(Span(0, 0), title, words.words.find(title))] * TITLE
    values = features([*head, *kept], words, hits)
    contributions = model.contributions(values)
    score = model.probability(contributions)
    long_enough = len(kept) >= MIN_SENTENCES and any(
        n >= MIN_WORDS for n in accumulate(count_words(s.text) for s in kept)
    )
    band = "unsure" if not long_enough else "off" if score < model.low else "on" if score > model.high else "unsure"
    if genre != "case" and kind != GROWTH_STORY and band == "on":  # a story may take any literary form
        band = "unsure"
    themes = themes_of(kept, title, words) if kind == WORK_CASE and band != "off" else None
    return TopicFit(
        band=band,
        score=round(score, 4),
        calibrated=model.calibrated,
        contributions=MappingProxyType(contributions),
        sentences=_explaining(kept),
        themes=themes or (),
        genre=genre,
        genre_evidence=markers,
        # A text that is on the topic without its crammed sentences enumerates; it is not stuffed.
        stuffing=cleaned.stuffing if band == "on" else tuple(sorted((*cleaned.stuffing, *cleaned.dense))),
        participation=tuple(s.span for s in kept if takes_part(s)) if kind == GROWTH_STORY else (),
        reason=_reason(kept, words, values)
        if long_enough
        else f"能用来判断的正文不足 {MIN_WORDS} 字或 {MIN_SENTENCES} 句，不下结论。",
        missing=tuple(missing(kept, kind, themes, words)),
    )


def _weight(sentence: Sentence, school: float) -> float:
    """Return how much a sentence speaks for the topic: WHO with ACT, terms; against: other trades, pupils without teachers."""
    terms = min(4, len(sentence.words("terms")) + school * len(sentence.words("neutral")))
    weight = 0.5 * pairs(sentence, school) + 0.15 * terms + 0.2 * ("strong" in sentence.lists)
    if is_wrong(sentence):
        weight -= 0.3 * min(3, len(sentence.words(TRADE)))
    elif "students" in sentence.lists and "teachers" not in sentence.lists:
        weight -= 0.15
    return round(weight, 4)


def _explaining(kept: Sequence[Sentence]) -> tuple[WeighedSentence, ...]:
    school = about_school(kept)
    rows = [WeighedSentence(s.span, _weight(s, school)) for s in kept if s.hits]
    best = sorted((r for r in rows if r.weight > 0), key=lambda r: (-r.weight, r.span))[:SHOWN]
    worst = sorted((r for r in rows if r.weight < 0), key=lambda r: (r.weight, r.span))[:SHOWN]
    return tuple(sorted((*best, *worst), key=lambda r: r.span))


def _reason(kept: Sequence[Sentence], words: Lexicon, values: dict[str, float]) -> str:
    school = about_school(kept)
    about = sum(pairs(s, school) >= 0.5 for s in kept)
    parts = [f"{len(kept)} 句正文中，写教师参加培训、研修的有 {about} 句"]
    wrong = [s for s in kept if is_wrong(s)]
    if wrong:
        said = Counter(w for s in wrong for w in s.words(TRADE))
        trades = Counter(t for s in wrong for t in {words.trades[w] for w in s.words(TRADE)})
        trade = min(trades, key=lambda t: (-trades[t], t))  # of a tie, the same one in every run: a set has no order
        top = sorted((w for w in said if words.trades[w] == trade), key=lambda w: (-said[w], w))[:3]
        parts.append(f"写其他行业的有 {len(wrong)} 句（主要是{trade}：{'、'.join(top)}等）")
    if values["balance"] < 0:
        parts.append("写学生多于写教师")
    parts += [f"{FEATURES[k]}较多" for k in ("notice", "academic") if values[k] > 0]
    return "，".join(parts) + "。"
