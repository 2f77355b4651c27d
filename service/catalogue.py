"""The table of settings as Markdown, generated from the code, so that README can't lie (a test compares)."""

from __future__ import annotations

from service.settings import table

BEGIN, END = "<!-- settings:begin -->", "<!-- settings:end -->"


def catalogue() -> str:
    """Return every setting with its name in the environment, its default and its help."""
    rows = ["| 设置 | 环境变量 | 默认 | 说明 |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{name}` | `{variable}` | {f'`{value}`' if value else '（空）'} | {help_} |"
        for name, variable, value, help_ in table()
    ]
    return "\n".join(rows)


def with_settings(readme: str) -> str:
    """Return README's text with the table between its marks brought up to date."""
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{catalogue()}\n{END}{tail}"


if __name__ == "__main__":
    from pathlib import Path

    path = Path("README.md")
    path.write_text(with_settings(path.read_text("utf-8")), "utf-8")
