"""What the stages found of a case of our making; every test changes what it is about."""

from screening.document import Span
from screening.finding import Severity
from screening.scoring.score import Measured
from screening.text.narrative import Narrative
from screening.text.structure import LedgerItem, Section
from screening.topic.result import TopicFit

WORK_CASE = {"topic": 35, "structure": 25, "evidence": 25, "form": 15}
STORY = {"topic": 35, "narrative": 35, "examples": 15, "form": 15}
LABELS = {"title": "标题", "file_format": "文件格式"}


def data(n, *, value=None):
    """The n-th datum, a hundred code points behind the one before."""
    return LedgerItem("data", Span(100 * n, 100 * n + 3), f"{n}人", value or f"{n}人")


def item(kind, n):
    return LedgerItem(kind, Span(100 * n + 10, 100 * n + 20), f"{kind}{n}", f"{kind}{n}")


def section(n, words=200, found="heading"):
    return Section(f"第{n}部分", found, Span(500 * n, 500 * n + 400) if found != "none" else None, None, words)


def measured(**changes):
    given = {
        "words": 1500,
        "body": Span(0, 1500),
        "topic": TopicFit(band="on", score=0.9),
        "sections": [section(0), section(1), section(2)],
        "ledger": [data(n) for n in range(6)] + [item("event", 7)],
        "narrative": Narrative((Span(0, 9), Span(10, 19)), (Span(0, 9),), (Span(0, 9),)),
        "form": {"title": [], "file_format": [Severity.NOTE]},
        "labels": LABELS,
    }
    return Measured(**{**given, **changes})
