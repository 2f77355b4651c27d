"""Texts for the archive's tests: like enough to meet, each with something of its own."""

import hashlib
import random

from screening.library.entry import Entry
from tests.writing import case_lines


def entry(n: int, text: str | None = None, **more) -> Entry:
    text = text if text is not None else "\n".join(case_lines(n))
    sha256 = hashlib.sha256(f"{n}:{text}".encode()).hexdigest()
    return Entry(
        **{"sha256": sha256, "text": text, "title": f"标题{n}", "unit": f"单位{n % 3}", "file": f"{n}.docx", **more}
    )


def mixed(n: int, donors: list[Entry]) -> Entry:
    """A text of its own with a paragraph of each donor."""
    rng = random.Random(n)
    lines = [*case_lines(1000 + n), *(rng.choice(d.text.split("\n")[2:]) for d in donors)]
    rng.shuffle(lines)
    return entry(1000 + n, "\n".join(lines))
