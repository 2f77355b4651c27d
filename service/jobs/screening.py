"""From a case to its report: compared with the archive as it would be without this submission, and held to the batch's rules."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from screening.case import Case
from screening.errors import LibraryError, UnreadableError
from screening.intake.assemble import outline
from screening.library import View
from screening.pipeline import Setting, refused, screen, vocabulary
from screening.report import Outcome, Report
from screening.reuse.corpus import Candidate, Comparable
from screening.reuse.facts import Facts
from screening.reuse.index import Rarity
from screening.reuse.kin import KIN_TOP, Kin
from screening.reuse.ranking import TOP
from service.jobs.kit import Kit
from service.jobs.reading import handed_in, setting_of
from service.store import archive, results, submissions
from service.store.sight import Sight
from service.store.work import Lease
from service.views import names_hidden

_TIMES = 5  # that a comparison is begun anew because documents are being removed under it


def screen_one(kit: Kit, lease: Lease) -> bool:
    """Screen a submission that was read; the report of one that can't be read says why. Returns False if the lease was lost."""
    start, store = time.perf_counter(), kit.store
    with store.read() as tx:
        row = submissions.one(tx, lease.id, Sight(everything=True))
        setting = setting_of(tx, kit, row)
        revision = results.revision_of(tx, lease.batch)
        kept = submissions.case_of(tx, store.sealer, lease.id)
        given = None if kept else handed_in(tx, store.sealer, row, whole=False)
    if given:
        error = UnreadableError(row["error"], row["message"], row["advice"])
        report, words = refused(outline(given, vocabulary(setting.rulebook)), error, setting), None
    else:
        case = Case.from_json(kept or {})
        of_batch = _of_batch(kit, lease, case, setting, revision)
        report = _compared(kit, lease, row["document"], case, setting, of_batch)
        with store.read() as tx:
            words = results.findable(case, names_hidden(tx, store.sealer, dict(row), report.to_json()))
    spent = round(1000 * (time.perf_counter() - start))
    made = results.Made.of(store.sealer, lease.id, report, batch_revision=revision, milliseconds=spent)
    with store.write() as tx:
        return results.keep_report(tx, store.sealer, lease, made, words=words)


def _compared(
    kit: Kit, lease: Lease, document: str | None, case: Case, setting: Setting, of_batch: Sequence[Outcome]
) -> Report:
    return _each(kit, lease, document, case, [(setting, of_batch)])[0]


def tried(
    kit: Kit, lease: Lease, document: str | None, case: Case, settings: Sequence[Setting], revision: int
) -> list[Report]:
    """Return the report of each setting, all compared with the same documents; the lease need not be held, nothing is kept.

    Raises :class:`LibraryError` if documents are being removed all the time.
    """
    ways = [(s, _of_batch(kit, lease, case, s, revision)) for s in settings]
    return _each(kit, lease, document, case, ways)


def _each(
    kit: Kit, lease: Lease, document: str | None, case: Case, ways: Sequence[tuple[Setting, Sequence[Outcome]]]
) -> list[Report]:
    for _ in range(_TIMES):
        corpus, name = _corpus(kit, lease, document)
        reports = [screen(case, replace(s, library=name), corpus, of_batch=said) for s, said in ways]
        if corpus is None or corpus.intact():
            return reports
    raise LibraryError("library.changed", "检查期间一直有文档从比对库中删除", "稍后会自动重试。")


def _corpus(kit: Kit, lease: Lease, document: str | None) -> tuple[Others | None, Mapping[str, Any] | None]:
    """Return the archive as it would be without this submission, and its name; None and None if that is empty."""
    with kit.store.read() as tx:
        alone = document is not None and archive.is_alone(tx, lease.id, document)
        twin = archive.twin_of(tx, kit.store.sealer, lease.id, document) if document and not alone else None
        mates = archive.mates(tx, lease.batch, lease.id) if lease.batch else frozenset()
    without = frozenset((document,)) if document and alone else frozenset()
    view = kit.library.view(without=without, batch=mates)
    if not len(view):
        return None, None
    return Others(view, document, twin), {"id": view.snapshot(), "documents": len(view)}


def _of_batch(kit: Kit, lease: Lease, case: Case, setting: Setting, revision: int) -> Sequence[Outcome]:
    """Return what the batch checks say of this member."""
    if lease.batch is None:
        return ()
    said = kit.of_batch(lease.batch, setting, revision)
    return said.get(lease.id) or said.get(case.id, ())


class Others:
    """A view of the archive in which the document that the submission shares with another one is the other's."""

    def __init__(self, view: View, document: str | None, twin: Comparable | None) -> None:
        self._view, self._document, self._twin = view, document, twin

    def __len__(self) -> int:
        return len(self._view)

    def intact(self) -> bool:
        """Say whether all documents of the view are still in the archive."""
        return self._view.intact()

    @property
    def rarity(self) -> Rarity:
        """In how many of the documents each 4-gram occurs."""
        return self._view.rarity

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the documents worth comparing with a text, nearest first."""
        return self._view.near(comparable, top)

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the documents that state the same facts, best first."""
        return self._view.kin(comparable, top)

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a document."""
        return self._view.facts(source_id)

    def get(self, source_id: str) -> Comparable:
        """Return one document as a side of a comparison."""
        side = self._view.get(source_id)
        other = self._twin
        if other is None or source_id != self._document:
            return side
        who = {name: getattr(other, name) for name in ("title", "unit", "author", "received", "file")}
        return replace(side, **who)
