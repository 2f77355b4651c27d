"""Labelled texts made up for tests: prose of random characters into which words of a trade are mixed, more or less of them."""

import json
import random

from screening.learning.samples import Sample
from tests.writing import noise

TEACHING = ("乡村教师", "教研员", "骨干教师"), ("磨课", "参加培训", "校本研修", "集中研修")
NURSING = ("护士", "护士长", "医生"), ("参加培训", "跟岗", "练习穿刺", "查房")


def text(rng, *, on, dense=0.5):
    """Write about 600 字; ``dense`` is the share of sentences that speak of a trade."""
    who, act = TEACHING if on else NURSING
    lines = []
    for _ in range(30):
        plain = "".join(c for c in noise(rng) if c not in "。，！？")[:16]
        said = rng.random() < dense
        lines.append(f"{rng.choice(who)}{plain[:8]}{rng.choice(act)}{plain[8:]}。" if said else f"{plain}。")
    return "\n".join("".join(lines[n : n + 6]) for n in range(0, len(lines), 6))


def sample(name, *, on=True, source="s0", kind="work_case", seed=None, dense=0.5, **more):
    rng = random.Random(seed or f"{name}{on}{source}{kind}")
    return Sample(id=name, text=text(rng, on=on, dense=dense), kind=kind, on=on, source=source, **more)


def samples(n=40, *, sources=4, kind="work_case", prefix="t", wrong=0, dense=0.15):
    """Return half on, half off, over ``sources``; the first ``wrong`` of each class carry the other label."""
    out = []
    for i in range(n):
        made = sample(f"{prefix}{i:03}", on=i % 2 == 0, source=f"s{i // 2 % sources}", kind=kind, dense=dense)
        out.append(Sample(**{**vars(made), "on": made.on != (i < 2 * wrong)}))
    return out


def line(s, **changes):
    row = {"id": s.id, "text": s.text, "kind": s.kind, "label": "on" if s.on else "off", "source": s.source}
    row |= {k: getattr(s, k) for k in ("theme", "title", "stratum") if getattr(s, k)}
    return json.dumps(row | changes, ensure_ascii=False)


def written(path, rows):
    path.write_text("".join(f"{r if isinstance(r, str) else line(r)}\n" for r in rows), "utf-8")
    return path
