"""The catalogue of checks and refusals as Markdown, generated from the code, so that README can't lie (a test compares)."""

from __future__ import annotations

import re
from importlib import import_module

from screening.checks import all_checks
from screening.intake.refusals import REFUSALS

BEGIN, END = "<!-- catalogue:begin -->", "<!-- catalogue:end -->"


def catalogue() -> str:
    """Return the two tables: every check with what it finds and what it lets pass, every refusal with its remedy."""
    rows = ["| 检查 | 名称 | 会查出 | 不会查出 |", "| --- | --- | --- | --- |"]
    for name, check in all_checks().items():
        doc = import_module(check.run.__module__).__doc__ or ""
        bad, good = (_example(doc, word) for word in ("Bad", "Good"))
        rows.append(f"| `{name}` | {check.label} | {bad} | {good} |")
    rows += ["", "读不出来的文件，每种都有代码、原因和办法：", "", "| 代码 | 原因 | 办法 |", "| --- | --- | --- |"]
    rows += [f"| `{code}` | {sentence} | {advice} |" for code, (sentence, advice) in REFUSALS.items()]
    return "\n".join(rows)


def _example(doc: str, word: str) -> str:
    match = re.search(f"^{word}: (.+)$", doc, re.MULTILINE)
    return match[1].strip() if match else ""


def with_catalogue(readme: str) -> str:
    """Return README's text with the catalogue between its marks brought up to date."""
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{catalogue()}\n{END}{tail}"


if __name__ == "__main__":
    from pathlib import Path

    path = Path("README.md")
    path.write_text(with_catalogue(path.read_text("utf-8")), "utf-8")
