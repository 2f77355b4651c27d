"""The evidence on a group of a finished batch, from the results that lie in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from screening.errors import UsageError
from screening.output.earlier import Earlier, report_at
from screening.output.evidence import Pair, Side, cluster_file, first_words
from screening.output.privacy import masked, masked_report, without_author
from screening.output.sheet import report_number
from screening.report import Report
from screening.reuse.clusters import Cluster, Links, Member

LAID = 20  # pairs of a group that are laid side by side: the strongest


def group_file(results: Path, number: int) -> bytes:
    """Return the file of evidence on group ``number``, as the page of the results numbers them; authors and phones are hidden.

    Raises :class:`UsageError` for a folder without results, and for a group that there is not.
    """
    kept = Earlier.open(results)
    links = Links()
    for place in kept.by_id.values():
        report = report_at(kept.path, place)
        links.add(report.case, report.reuse.sources if report.reuse else ())
    groups = links.clusters()
    if not 0 < number <= len(groups):
        raise UsageError(
            "evidence.group", f"没有第 {number} 组，共 {len(groups)} 组", "组号见 index.html 的“相似群组”。"
        )
    group = groups[number - 1]
    reports = {m.id: report_at(kept.path, kept.by_id[m.id]) for m in group.members if m.id in kept.by_id}
    engine = next(iter(reports.values())).made_with.engine
    return _file(group, reports, f"程序 {engine}；据筛查结果第 {number} 组。")


def _file(group: Cluster, reports: Mapping[str, Report], made: str) -> bytes:
    numbers = {m.id: n for n, m in enumerate(group.members, 1)}
    sides = {m.id: _side(m, reports.get(m.id)) for m in group.members}
    shown = {k: without_author(masked_report(r)) for k, r in reports.items()}
    pairs: dict[tuple[int, int], Pair] = {}
    links: list[tuple[int, int, float, float]] = []
    for x in group.links:
        # The evidence is of the report that tells of the pair: often only the later one's does.
        ends = ((x.a, x.share_of_a), (x.b, x.share_of_b))
        (a, of_a), (b, of_b) = ends if _tells(shown, x.a, x.b) else ends[::-1]
        links.append((numbers[a], numbers[b], of_a, of_b))
        if len(pairs) < LAID and _tells(shown, a, b):
            names = (f"第 {numbers[a]} 份", f"第 {numbers[b]} 份")
            pairs[numbers[a], numbers[b]] = _pair(shown[a], b, (sides[a], sides[b]), names)
    first = numbers[group.earliest.id] if group.earliest else None
    return cluster_file(list(sides.values()), pairs, links=links, first=first, made=made)


def _tells(reports: Mapping[str, Report], a: str, b: str) -> bool:
    reuse = reports[a].reuse if a in reports else None
    return reuse is not None and any(s.id == b for s in reuse.sources)


def _side(member: Member, report: Report | None) -> Side:
    received = member.received[:16].replace("T", " ")
    title = masked(member.title or member.file)
    if report is None:
        return Side(title=title, unit=member.unit, received=received)
    report_title = without_author(report).case.title
    return Side(
        title=masked(report_title) or title,
        unit=member.unit,
        received=received,
        sha256=report.case.sha256,
        number=report_number(report),
    )


def _pair(report: Report, source: str, sides: tuple[Side, Side], names: tuple[str, str]) -> Pair:
    assert report.reuse
    match = next(s for s in report.reuse.sources if s.id == source)
    passages = tuple((n, p) for n, p in enumerate(report.reuse.passages, 1) if p.source == source and not p.stock)
    return Pair(
        a=sides[0],
        b=sides[1],
        share_of_a=match.rate,
        share_of_b=match.share_of_source,
        characters=match.characters,
        passages=passages,
        first=first_words(match.earlier, names),
        own=match.own,
        rewritten=match.rewritten,
    )
