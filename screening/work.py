"""What the workers of a batch do: read one submission, screen one case, write one result. Everything they need comes with a small plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from screening.case import Case, CaseInfo
from screening.errors import ScreeningError, UnreadableError
from screening.intake.assemble import Overrides, assemble, outline
from screening.intake.gather import Submission
from screening.intake.refusals import refusal
from screening.library.entry import Entry
from screening.output.html import write_html
from screening.output.shelf import Shelf, Shown
from screening.output.xlsx import write_summary
from screening.pipeline import Setting, refused, screen, vocabulary
from screening.report import BatchReport, Outcome, Report
from screening.reuse.compare import ORDINARY, CompareParams
from screening.reuse.corpus import Candidate, Comparable, Corpus, JoinedCorpus
from screening.reuse.facts import Facts
from screening.reuse.fingerprint import distinct_buckets, fingerprints
from screening.reuse.index import FingerprintIndex, Rarity
from screening.reuse.kin import KIN_TOP, Kin, kin_of
from screening.reuse.ranking import TOP
from screening.reuse.result import SourceMatch
from screening.rulebook import Rulebook, load_rulebook
from screening.spool import Spool
from screening.text.segment import segmenter
from screening.topic.result import Vicinity
from screening.topic.terms import likenesses, terms_of
from screening.world import Trainee

if TYPE_CHECKING:
    from screening.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a worker needs to know, small and picklable; the rest it loads itself, once a process."""

    rulebook: str
    digest: str
    roster: tuple[Trainee, ...] | None
    library: Mapping[str, Any]
    kind: str
    work: str
    archive: str = ""  # path or URL of the archive, "" if there is none
    search: CompareParams = ORDINARY
    models: str = ""  # folder of topic models that go before the shipped ones

    @property
    def spool(self) -> Spool:
        """Where the read cases lie."""
        return Spool(str(Path(self.work) / "cases"))

    def __hash__(self) -> int:
        return hash((self.rulebook, self.digest, self.kind, self.work, self.archive))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """What is kept in memory of a read file: its metadata, its fingerprints and 4-gram buckets, or why it could not be read."""

    info: CaseInfo
    prints: npt.NDArray[np.uint64] | None = None
    buckets: npt.NDArray[np.uint32] | None = None
    failure: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A case to screen, and what the batch checks said of it."""

    id: str
    of_batch: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of ``report.jsonl`` in UTF-8, with its verdict, what the case has in common with others, and how it is shown."""

    text: bytes
    verdict: str
    shown: Shown
    sources: tuple[SourceMatch, ...] = ()


def line_of(report: Report, book: Rulebook, on_page: frozenset[str]) -> Line:
    """Return the report as its line. ``on_page`` are the ids of the batch's cases."""
    data = report.to_json()
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
    sources = report.reuse.sources if report.reuse else ()
    return Line(text.encode(), report.verdict.value, Shown.of(report, book, on_page, data), sources)


@lru_cache(maxsize=2)
def setting_of(plan: Plan) -> Setting:
    """Return what the plan names, loaded once a process. Raises :class:`UnreadableError` for a rulebook changed meanwhile."""
    book = load_rulebook(plan.rulebook)
    if book.digest != plan.digest:
        raise UnreadableError(
            "rulebook.changed", "规则集在运行中被改动了", "请不要在筛查时修改规则集，改好后重新运行。"
        )
    return Setting.of(book, folder=plan.models, roster=plan.roster, library=plan.library, search=plan.search)


def read_one(plan: Plan, item: tuple[Submission, bool]) -> ReadRow:
    """Read one submission into the spool; ``item`` is (submission, whether it is of the archive)."""
    submission, _ = item
    names = vocabulary(setting_of(plan).rulebook)
    overrides = Overrides(plan.kind)
    try:
        case = assemble(submission, names, overrides=overrides)
        side = Comparable.of_case(case)
        plan.spool.write(case, side)
        plan.spool.write_terms(case.id, terms_of(case.plain_body, segmenter(), (case.info.unit, case.info.author)))
        return ReadRow(info=case.info, prints=side.prints(plan.search.keep), buckets=distinct_buckets(side.view.codes))
    except ScreeningError as error:
        return ReadRow(info=outline(submission, names, overrides), failure=(error.code, error.message, error.advice))
    except OSError:
        raise  # the work folder can't be written: that is the run's trouble, not this file's
    except Exception as error:  # noqa: BLE001 - one bad file never stops the others
        return ReadRow(info=outline(submission, names, overrides), failure=_internal(error))


def read_lost(plan: Plan, item: tuple[Submission, bool], late: bool) -> ReadRow:  # noqa: FBT001 - as workers tell it
    """Return what stands for a submission whose worker died or, ``late``, took too long."""
    error = worker_lost(late)
    names = vocabulary(setting_of(plan).rulebook)
    failure = (error.code, error.message, error.advice)
    return ReadRow(info=outline(item[0], names, Overrides(plan.kind)), failure=failure)


def worker_lost(late: bool) -> UnreadableError:  # noqa: FBT001 - as workers tell it
    """Return why an item has no result: its worker died or, ``late``, took too long."""
    return refusal("screening_timeout" if late else "screening_crashed")


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read into the archive: its name, what is wrong, what to do."""

    name: str
    message: str
    advice: str


def read_entry(plan: Plan, submission: Submission, *, year: int | None = None) -> Entry | Unread:
    """Read one submission as a document of the archive."""
    try:
        return Entry.of_case(assemble(submission, vocabulary(setting_of(plan).rulebook)), year=year)
    except ScreeningError as error:
        return Unread(submission.file, error.message, error.advice)
    except Exception as error:  # noqa: BLE001 - one bad file never stops the others
        return Unread(submission.file, *_internal(error)[1:])


def entry_lost(submission: Submission, late: bool) -> Unread:  # noqa: FBT001 - as workers tell it
    """Return what stands for a submission whose worker died or, ``late``, took too long."""
    error = worker_lost(late)
    return Unread(submission.file, error.message, error.advice)


def _internal(error: Exception) -> tuple[str, str, str]:
    return (
        "internal",
        f"程序处理这份文件时出错（{type(error).__name__}）",
        "请用 Word 打开后另存为新的 .docx 再报送；若仍然如此，请把文件发给维护人员。",
    )


def write_index(plan: Plan, own: Sequence[ReadRow], earlier: Sequence[ReadRow], on_page: frozenset[str]) -> None:
    """Index the fingerprints of the batch and of earlier files together, in the work folder; n-grams are counted in the archive too.

    The key terms of the batch's cases, and what is near to them in theme, are told here as well: for both all texts must be there.

    ``on_page`` are the ids of all cases of the batch, for the links between them.
    """
    rows = [*own, *earlier]
    folder = Path(plan.work)
    prints = [r.prints for r in rows if r.prints is not None]
    FingerprintIndex.build(prints, keep=plan.search.keep).save(folder)
    rarity = Rarity.of_buckets([r.buckets for r in rows if r.buckets is not None])
    if library := _archive(plan):
        with library:
            rarity += library.rarity
    rarity.save(folder)
    table = [[r.info.id, "batch" if n < len(own) else "archive"] for n, r in enumerate(rows)]
    (folder / "index.json").write_text(json.dumps(table), "utf-8")
    (folder / "vicinity.json").write_text(json.dumps(_vicinities(plan, own, earlier), ensure_ascii=False), "utf-8")
    (folder / "on-page.json").write_text(json.dumps(sorted(on_page)), "utf-8")


def _vicinities(plan: Plan, own: Sequence[ReadRow], earlier: Sequence[ReadRow]) -> dict[str, Any]:
    infos = [r.info for r in (*own, *earlier)]
    said = likenesses((plan.spool.read_terms(i.id) for i in infos), len(infos), len(own))
    out = {}
    for row, found in zip(own, said, strict=True):
        near = Vicinity(terms=found.terms)
        if found.nearest is not None:
            other = infos[found.nearest]
            near = Vicinity(
                terms=found.terms,
                id=other.id,
                title=other.title or other.file,
                unit=other.unit,
                place="batch" if found.nearest < len(own) else "archive",
                similarity=found.similarity,
            )
        out[row.info.id] = near.to_json()
    return out


class SpoolCorpus:
    """The batch, and earlier files read with it, as a corpus: candidates from the index, texts from the spool."""

    def __init__(self, plan: Plan) -> None:
        self._spool = plan.spool
        folder = Path(plan.work)
        self._index, self._rarity = FingerprintIndex.load(folder), Rarity.load(folder)
        table = json.loads((folder / "index.json").read_text("utf-8"))
        self._ids: list[str] = [i for i, _ in table]
        self._place: dict[str, str] = dict(table)
        self._get = lru_cache(maxsize=256)(self._read)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def rarity(self) -> Rarity:
        """How common each n-gram is in the batch, the earlier files and the archive together."""
        return self._rarity

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the candidates for one text, nearest first; never the text itself."""
        prints = fingerprints(comparable.view, self._index.keep)
        return self._index.candidates(prints, self._ids, comparable.id, top)

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the texts that state the same facts, best first; never the text itself, which is in the batch."""
        facts = self.facts(comparable.id)
        return kin_of(facts, self._index, lambda numbers: {n: self._ids[n] for n in numbers}, comparable.id, top=top)

    def facts(self, source_id: str) -> Facts:
        """Return the facts of one text by id, as the reader of its file found them."""
        return self._spool.read_facts(source_id)

    def get(self, source_id: str) -> Comparable:
        """Return one text by id."""
        return self._get(source_id)

    def _read(self, source_id: str) -> Comparable:
        return self._spool.read_side(source_id, self._place[source_id])


@dataclass(frozen=True, slots=True)
class _Opened:
    corpus: Corpus
    library: Library | None
    on_page: frozenset[str]
    vicinities: Mapping[str, Any]  # of each case by id, as JSON


_open: dict[Plan, _Opened] = {}  # what this process holds open for the run it works on


def _archive(plan: Plan) -> Library | None:
    if not plan.archive:
        return None
    from screening.library import open_library  # noqa: PLC0415 - loads the database's code, which most runs do without

    return open_library(plan.archive)


def _opened(plan: Plan) -> _Opened:
    if plan not in _open:
        release()
        own = SpoolCorpus(plan)
        library = _archive(plan)
        corpus = JoinedCorpus((own, library), own.rarity) if library else own
        on_page = frozenset(json.loads((Path(plan.work) / "on-page.json").read_text("utf-8")))
        vicinities = json.loads((Path(plan.work) / "vicinity.json").read_text("utf-8"))
        _open[plan] = _Opened(corpus, library, on_page, vicinities)
    return _open[plan]


def release() -> None:
    """Close the archive that this process holds open."""
    for opened in _open.values():
        if opened.library:
            opened.library.close()
    _open.clear()


def screen_one(plan: Plan, job: Job) -> Line:
    """Screen one case of the spool."""
    setting, opened = setting_of(plan), _opened(plan)
    case: Case = plan.spool.read(job.id)
    try:
        report = screen(case, setting, opened.corpus, of_batch=job.of_batch)
        report = replace(report, vicinity=Vicinity.from_json(opened.vicinities[job.id]))
        return line_of(report, setting.rulebook, opened.on_page)
    except Exception as error:  # noqa: BLE001 - one bad case never stops the others
        report = refused(case.info, UnreadableError(*_internal(error)), setting)
        return line_of(report, setting.rulebook, opened.on_page)


def write_one(plan: Plan, item: tuple[str, BatchReport]) -> None:
    """Write one of the results that are made of the reports: ``item`` is (name, the delivery's own report)."""
    name, batch = item
    folder, book = Path(plan.work), setting_of(plan).rulebook
    write = write_summary if name == "summary.xlsx" else write_html
    write(folder / name, Shelf(folder), batch, book)
