"""Notices as data: TOML in, typed rules out, wrong keys refused by file, line, table and key.

``use`` picks the check; ``id clause quote severity state`` belong to every rule; all other keys are the check's ``Params``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from screening.errors import RulebookError
from screening.rulebook_model import KindRules, Named, Rule, Rulebook, State
from screening.rulebook_reader import Reader, did_you_mean

__all__ = [
    "DEFAULT",
    "KindRules",
    "Named",
    "Rule",
    "Rulebook",
    "State",
    "available",
    "load_rulebook",
    "missing_quotes",
    "parse_rulebook",
    "texts_of",
]

DEFAULT = "henan-2023-950"


def available() -> tuple[str, ...]:
    """Names of the rulebooks that come with the package."""
    root = resources.files("screening") / "rulebooks"
    return tuple(sorted(p.name.removesuffix(".toml") for p in root.iterdir() if p.name.endswith(".toml")))


def load_rulebook(name: str | Path = DEFAULT) -> Rulebook:
    """Load a rulebook by the name of one that comes with the package, or by the path of a TOML file.

    Raises :class:`RulebookError` that names file, table and key, with the nearest known name where one is near.
    """
    with _file(name) as path:
        return _reader(path).rulebook()


def texts_of(name: str | Path = DEFAULT) -> tuple[str, str]:
    """Return a rulebook's TOML and its notice's text, as :func:`parse_rulebook` takes them. Raises as :func:`load_rulebook`."""
    with _file(name) as path:
        reader = _reader(path)
        reader.rulebook()
        return reader.text, reader.notice_of(reader.data["notice"])


@contextmanager
def _file(name: str | Path) -> Iterator[Path]:
    path = Path(name)
    if path.suffix == ".toml" or "/" in str(name) or path.is_file():
        yield path
        return
    root = resources.files("screening") / "rulebooks"
    if str(name) not in available():
        known = available()
        raise RulebookError(
            "rulebook.unknown",
            f"没有名为“{name}”的规则集{did_you_mean(str(name), known)}",
            f"可用的规则集：{'、'.join(known)}；也可以给出一个 .toml 文件的路径。",
        )
    with resources.as_file(root) as folder:
        yield folder / f"{name}.toml"


def parse_rulebook(toml: str, notice: str, name: str) -> Rulebook:
    """Return the rulebook of these two texts, the same that :func:`load_rulebook` returns of two files with them.

    ``name`` stands for the file's in errors. Raises :class:`RulebookError`, also for a quotation that is not in the notice.
    """
    reader = Reader(name, toml.encode(), lambda _file: notice)
    book = reader.rulebook()
    if absent := missing_quotes(book):
        quote = absent[0].clause.quote
        reader.fail(
            reader.where[absent[0].id],
            f"quote “{quote}”不在通知原文中",
            "quote 须照抄通知原文（空格、换行可以不同）。",
            key="quote",
        )
    return book


def missing_quotes(book: Rulebook) -> tuple[Rule, ...]:
    """Return the rules whose quotation does not stand in the notice, white space aside."""
    notice = "".join(book.notice.text.split())
    return tuple(r for r in book.rules() if "".join(r.clause.quote.split()) not in notice)


def _reader(path: Path) -> Reader:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RulebookError("rulebook.missing", f"读不到规则集文件 {path}", "请核对路径和文件权限。") from error
    return Reader(path.name, raw, lambda file: (path.parent / file).read_text("utf-8-sig"))
