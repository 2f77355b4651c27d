"""Names by which findings, passages and pairs of texts are known again: in the next report, in the next batch.

Made of what was said and of the words it was said of, never of places or numbers that change with the surroundings.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from screening.reuse.result import Passage


def keys_of(report: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield (key, outcome, finding) for each finding of a report's JSON that counts; keys are unique in a report.

    A key is the finding's code and 16 hex digits: rule, code, and the evidence's quotes with their sources, in any order.
    """
    seen: Counter[str] = Counter()
    for outcome in report.get("outcomes", ()):
        if outcome.get("shadow"):
            continue
        for finding in outcome["findings"]:
            key = f"{finding['code'][:50]}:{_digest(outcome['rule'], finding['code'], *_said(finding))}"
            seen[key] += 1
            yield key if seen[key] == 1 else f"{key}-{seen[key]}", outcome, finding


def carries(finding: Mapping[str, Any]) -> bool:
    """Whether a finding can be known again in another text: only one that shows words. "Too long" is said of each text anew."""
    return any(e["quote"] for e in finding["evidence"])


def known_keys(report: Mapping[str, Any]) -> list[str]:
    """Return the keys of a report's findings that can be known again in another text."""
    return [key for key, _, finding in keys_of(report) if carries(finding)]


def passage_key(passage: Passage) -> str:
    """Return the name of a passage: its source, and the words of both sides."""
    return _digest(passage.source, passage.quote, passage.source_quote)


def pair_key(a: str, b: str) -> str:
    """Return the name of a pair of documents, the same from both sides."""
    return "|".join(sorted((a, b)))


def _said(finding: Mapping[str, Any]) -> Iterable[str]:
    return sorted(
        "\0".join((e["quote"], *((o["case"], o["quote"]) if (o := e.get("other")) else ())))
        for e in finding["evidence"]
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\1".join(parts).encode(errors="replace")).hexdigest()[:16]
