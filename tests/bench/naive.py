"""The usual stack, as one would put it together in an afternoon: python-docx, jieba, TF-IDF with cosine, rapidfuzz over all pairs.

Run as ``python -m tests.bench.naive FOLDER PAIRED``: reads, cuts and weighs every document of the folder, compares the first PAIRED of
them letter by letter, and prints seconds of processor by stage as JSON. Serial, as such scripts are; ``cdist`` with workers would halve the last part.
The libraries are imported in it: collecting the tests must not load them.
"""

import json
import logging
import sys
import time
from itertools import combinations
from pathlib import Path

PARTLY = 5  # documents whose pairs partial_ratio is tried on: it takes over half a second for two texts of this length


def main(folder: Path, paired: int) -> dict[str, float]:
    import docx  # noqa: PLC0415 - see above
    import jieba  # noqa: PLC0415 - see above
    from rapidfuzz import fuzz  # noqa: PLC0415 - see above
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - see above
    from sklearn.metrics.pairwise import cosine_similarity  # noqa: PLC0415 - see above

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    seconds: dict[str, float] = {}
    clock = time.process_time()

    def lap(stage: str) -> None:
        nonlocal clock
        now = time.process_time()
        seconds[stage], clock = now - clock, now

    texts = ["\n".join(p.text for p in docx.Document(str(f)).paragraphs) for f in sorted(folder.glob("*.docx"))]
    lap("read")
    words = [" ".join(jieba.cut(t)) for t in texts]
    lap("cut")
    similar = cosine_similarity(TfidfVectorizer(token_pattern=r"(?u)\b\w+\b").fit_transform(words))
    lap("tfidf")
    best = max((fuzz.ratio(a, b) for a, b in combinations(texts[:paired], 2)), default=0)
    lap("ratio")
    partial = max((fuzz.partial_ratio(a, b) for a, b in combinations(texts[:PARTLY], 2)), default=0)
    lap("partial")
    scores = {"best": best, "best_partial": partial, "top": float(similar.max())}
    return {
        **seconds,
        **scores,
        "documents": len(texts),
        "paired": min(paired, len(texts)),
        "partly": min(PARTLY, len(texts)),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
