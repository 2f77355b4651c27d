"""The engine for programs: read a file, screen a case, compare two cases."""

from __future__ import annotations

from pathlib import Path

from screening import pipeline
from screening.case import Case
from screening.intake.assemble import Overrides, assemble
from screening.pipeline import Setting, vocabulary
from screening.report import Report
from screening.reuse.compare import compare_pair
from screening.reuse.corpus import Comparable, Corpus
from screening.reuse.result import Passage
from screening.rulebook import Rulebook, load_rulebook
from screening.single import submission_of


def read(path: str | Path, *, kind: str = "", rulebook: Rulebook | None = None) -> Case:
    """Read one file into a case; kind and metadata are told from the file's name and text.

    Raises :class:`ScreeningError` children: a path that is no file, a file that can't be read.
    """
    book = rulebook or load_rulebook()
    return assemble(submission_of(Path(path)), vocabulary(book), overrides=Overrides(kind))


def screen(case: Case, rulebook: Rulebook | None = None, corpus: Corpus | None = None) -> Report:
    """Screen one case against a rulebook and, if given, a corpus of other texts."""
    return pipeline.screen(case, Setting.of(rulebook or load_rulebook()), corpus)


def compare(a: Case, b: Case) -> tuple[Passage, ...]:
    """Return the passages that two cases share; ``span`` is in ``a``, ``source_span`` in ``b``."""
    return compare_pair(Comparable.of_case(a), Comparable.of_case(b))
