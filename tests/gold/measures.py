"""The measures of a search by the book, character by character: slow, and independent of the engine's own."""

import math


def characters(span):
    return set(range(span.start, span.end))


def meets(a, b):
    same = (a.case, a.source) == (b.case, b.source)
    return same and characters(a.span) & characters(b.span) and characters(a.source_span) & characters(b.source_span)


def covered(target, others):
    near = [o for o in others if meets(target, o)]
    left = characters(target.span) & set().union(*(characters(o.span) for o in near))
    right = characters(target.source_span) & set().union(*(characters(o.source_span) for o in near))
    return (len(left) + len(right)) / max(1, len(characters(target.span)) + len(characters(target.source_span)))


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def by_the_book(truth, found, lengths):
    """Return precision, recall, granularity, plagdet, the error of the rate and the share of clean cases flagged."""
    precision, recall = mean(covered(f, truth) for f in found), mean(covered(t, found) for t in truth)
    counts = [n for t in truth if (n := sum(1 for f in found if meets(t, f)))]
    granularity = mean(counts) or 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def reused(rows, case):
        return len(set().union(*(characters(m.span) for m in rows if m.case == case)))

    clean = [c for c in lengths if not reused(truth, c)]
    return {
        "precision": precision,
        "recall": recall,
        "granularity": granularity,
        "plagdet": f1 / math.log2(1 + granularity),
        "rate_error": mean(abs(reused(truth, c) - reused(found, c)) / n for c, n in lengths.items()),
        "clean_flagged": mean(reused(found, c) >= 0.05 * lengths[c] for c in clean),
    }
