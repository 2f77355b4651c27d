"""A few files at once, without a batch: check them one by one, or lay two side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from screening.case import Case
from screening.errors import UnreadableError, UsageError
from screening.intake.assemble import Overrides, assemble, outline
from screening.intake.boundary import warm
from screening.intake.gather import Part, Submission, case_id, gather, shown_name
from screening.library import is_database
from screening.pipeline import Setting, known_kind, refused, screen, vocabulary
from screening.report import Report
from screening.reuse.compare import ORDINARY, CompareParams, compare_pair
from screening.reuse.corpus import Comparable, Corpus, MemoryCorpus
from screening.reuse.result import Passage
from screening.rulebook import load_rulebook


def submission_of(path: Path) -> Submission:
    """Return one file as a submission. Raises :class:`UsageError` for what is no single file."""
    if not path.exists():
        raise UsageError("input.missing", f"找不到 {path}", "请核对文件的路径。")
    if path.is_dir() or path.suffix.lower() == ".zip":
        raise UsageError("input.many", f"{path} 是文件夹或压缩包", f"整批请用：screening batch {path} --out 结果文件夹")
    name = shown_name(path.name)
    return Submission(id=case_id(name), file=name, body=Part(name, str(path)))


@contextmanager
def _corpus(library: str, setting: Setting) -> Iterator[tuple[Corpus | None, Mapping[str, Any]]]:
    """Open what is compared with, and say how a report names it."""
    if not library:
        yield None, {}
    elif is_database(library):
        from screening.library import open_library  # noqa: PLC0415 - loads the database's code, which most runs do without

        with open_library(library) as archive:
            yield archive, {"id": archive.snapshot(), "documents": len(archive)}
    else:
        cases = []
        for submission in gather(Path(library), namespace="archive/").submissions:
            try:
                cases.append(assemble(submission, vocabulary(setting.rulebook)))
            except UnreadableError:
                continue  # an unreadable file of the archive can't be compared with; `batch` lists it
        corpus = MemoryCorpus([Comparable.of_case(c, place="archive") for c in cases], setting.search.keep)
        yield corpus, {"id": Path(library).name, "documents": len(corpus)}


def check_files(
    files: Sequence[Path],
    *,
    rulebook: str | Path = "henan-2023-950",
    kind: str = "",
    library: str | Path = "",
    models: str | Path = "",
    search: CompareParams = ORDINARY,
) -> Iterator[Report]:
    """Screen files one by one, against the rulebook and the archive; the files are not compared with each other.

    A file that can't be read gives a report with an error. Raises :class:`UsageError` for a path that is no file.
    """
    warm()
    book = load_rulebook(rulebook)
    known_kind(kind, book)
    submissions = [submission_of(f) for f in files]
    setting = Setting.of(book, folder=models, search=search)
    with _corpus(str(library), setting) as (corpus, name):
        setting = replace(setting, library=name or None)
        for submission in submissions:
            try:
                case = assemble(submission, vocabulary(book), overrides=Overrides(kind))
            except UnreadableError as error:
                yield refused(outline(submission, vocabulary(book), Overrides(kind)), error, setting)
                continue
            yield screen(case, setting, corpus)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two files and the passages that they share; the spans of ``a`` are the passages' own, those of ``b`` the sources'."""

    a: Case
    b: Case
    passages: tuple[Passage, ...]
    search: str = "ordinary"

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        sides = {
            n: {"file": c.info.file, "title": c.info.title, "sha256": c.info.sha256}
            for n, c in (("a", self.a), ("b", self.b))
        }
        return {
            "offset_unit": "codepoint",
            "search": self.search,
            **sides,
            "passages": [p.to_json() for p in self.passages],
        }


def compare_files(
    a: Path, b: Path, *, rulebook: str | Path = "henan-2023-950", search: CompareParams = ORDINARY
) -> Comparison:
    """Lay two files side by side. Raises :class:`UnreadableError` if one can't be read."""
    names = vocabulary(load_rulebook(rulebook))
    one, two = (assemble(submission_of(p), names) for p in (a, b))
    return Comparison(one, two, compare_pair(Comparable.of_case(one), Comparable.of_case(two), search), search.name)
