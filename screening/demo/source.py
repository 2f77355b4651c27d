"""The demonstration's texts: TOML front matter and a small Markdown subset, so that a person can read and edit them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

_FENCE = re.compile(r"^\+\+\+\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text: a heading of level 1–2, a paragraph (level 0), or a table (rows of cells)."""

    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One text of the demonstration: its metadata, title and blocks."""

    meta: Mapping[str, Any]
    title: str
    blocks: tuple[Block, ...]

    @property
    def id(self) -> str:
        """Short name of the text: its file's stem."""
        return str(self.meta["id"])


def parse(text: str) -> Source:
    """Parse one text: ``+++`` front matter, ``# title``, ``##``/``###`` headings, pipe tables, a paragraph a line."""
    _, head, body = _FENCE.split(text, maxsplit=2)
    title, blocks, rows = "", list[Block](), list[tuple[str, ...]]()
    for raw in (*body.splitlines(), ""):
        line = raw.strip()
        if line.startswith("|"):
            cells = tuple(c.strip() for c in line.strip("|").split("|"))
            if not all(set(c) <= set("-: ") for c in cells):
                rows.append(cells)
            continue
        if rows:
            blocks.append(Block(rows=tuple(rows)))
            rows = []
        if line.startswith("# "):
            title = line[2:].strip()
        elif line.startswith("#"):
            mark, _, heading = line.partition(" ")
            blocks.append(Block(heading.strip(), level=len(mark) - 1))
        elif line:
            blocks.append(Block(line))
    return Source(tomllib.loads(head), title, tuple(blocks))


def load(where: str) -> dict[str, Source]:
    """Load the texts of ``where`` ("batch" or "archive") by id, in the order of their names."""
    folder = resources.files("screening") / "demo" / "texts" / where
    files = sorted((p for p in folder.iterdir() if p.name.endswith(".md")), key=lambda p: p.name)
    sources = [parse(p.read_text("utf-8")) for p in files]
    return {s.id: s for s in sources}
