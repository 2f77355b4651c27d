"""The evidence on a pair or a group as one file to be kept: masked for who asks, as on the pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from screening.output.evidence import Pair, Side, cluster_file, first_words, pair_file
from screening.reuse.clusters import LEAST, Cluster
from service import comparing
from service.comparing import Clusters, Named
from service.context import Here, Reader, Service
from service.errors import ServiceError, not_found
from service.moment import CHINA, now, shown
from service.pair import Reports, Shared
from service.people.principal import Principal, Role
from service.routes.sheets import number_of
from service.store import runs, submissions
from service.store.database import Tx, note

router = APIRouter(prefix="/api/v1", tags=["相似"])
PAIRS = 20  # of a group, that are laid side by side: each takes a moment
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "一个网页文件，不引用别处的内容，可以直接打印", "content": {"text/html": {}}}
}


@router.get(
    "/pairs/{submission_id}/{source}/evidence.html",
    summary="一对材料的证据文件",
    response_class=Response,
    responses=_PAGE | {403: {"description": "来源是其他单位的材料"}},
)
def of_pair(here: Here, who: Reader, submission_id: str, source: str) -> Response:
    """两份全文左右对照、段落编号、换掉的内容、两个方向的比例、谁先谁后、报告编号和 sha256，都在一个文件里；姓名和单位按角色遮盖。"""
    found = Reports(here.store, who).shared(submission_id, source)
    if found.source_text is None:
        raise ServiceError(
            403, "forbidden.evidence", "来源是其他单位的材料，不能下载对照", "如对结果有疑问，请联系收稿单位核对。"
        )
    with here.store.read() as tx:
        data = pair_file(_pair(tx, here, who, found), made=_made(found))
    return _answer(here, who, data, submission_id)


@router.get("/clusters/{member}/evidence.html", summary="一个群组的证据文件", response_class=Response, responses=_PAGE)
def of_cluster(
    here: Here,
    who: Reader,
    member: str,
    batch: Annotated[str, Query(max_length=28, description="批次编号；空为您能查看的全部")] = "",
    rate_min: Annotated[float, Query(gt=0, le=1, description="相似比例不低于（0–1）才算一组")] = LEAST,
) -> Response:
    """群组里都有谁、谁最早、两两之间的比例，和较相似的各对的逐段对照。member 是组内任意一份的材料编号或比对库编号。"""
    if who.role is Role.SUBMITTER:
        raise ServiceError(
            403, "forbidden.evidence", "群组里有其他单位的材料，不能下载", "如对结果有疑问，请联系收稿单位核对。"
        )
    with here.store.read() as tx:
        found = comparing.clusters_of(tx, here.store, who, batch, rate_min)
        cluster = next((c for c in found.groups if any(m.id == member for m in c.members)), None)
        if cluster is None:
            raise not_found("这个群组")
        data = _cluster(tx, here, who, found, cluster)
    return _answer(here, who, data, member)


def _answer(here: Service, who: Principal, data: bytes, subject: str) -> Response:
    with here.store.write() as tx:
        note(tx, who.id, "export.evidence", subject)
    return Response(
        data, media_type="text/html", headers={"Content-Disposition": f'attachment; filename="evidence-{subject}.html"'}
    )


def _made(found: Shared) -> str:
    made = found.seen.report.made_with
    return f"程序 {made.engine}；规则集 {made.rulebook['id']}（{made.rulebook['digest'][:12]}）；本文件制作于 {now().astimezone(CHINA):%Y-%m-%d %H:%M}（北京时间）。"


def _pair(tx: Tx, here: Service, who: Principal, found: Shared, names: tuple[str, str] = ("甲", "乙")) -> Pair:
    seen, match = found.seen, found.match
    (sha256, number), (its_sha256, its_number) = (
        _papers(tx, here, who, i, found.source) for i in (seen.row["id"], found.behind)
    )
    one = Side(
        title=seen.view["title"] or seen.view["file"],
        unit=seen.view["unit"],
        file=seen.view["file"],
        received=_moment(seen.row["received"]),
        text=seen.report.text,
        facts=(("正文字数", str(seen.report.counts.get("words", ""))),),
        sha256=sha256,
        number=number,
    )
    other = Side(
        title=match.title or match.file,
        unit=match.unit,
        file=match.file,
        received=match.received[:16].replace("T", " "),
        text=found.source_text,
        sha256=its_sha256,
        number=its_number,
    )
    return Pair(
        a=one,
        b=other,
        share_of_a=match.rate,
        share_of_b=match.share_of_source,
        characters=match.characters,
        passages=found.passages,
        first=first_words(match.earlier, names),
        own=match.own,
        rewritten=match.rewritten,
    )


def _papers(tx: Tx, here: Service, who: Principal, submission_id: str | None, document: str) -> tuple[str, str]:
    """Return the file's sha256 and the number of the newest report; a document of the archive alone has no report."""
    if not submission_id:
        return here.store.library().entry(document).sha256, ""
    row = submissions.one(tx, submission_id, who.sight())
    kept = runs.listed(tx, submission_id)
    return row["sha256"], number_of(kept[0]["sha256"]) if kept else ""


def _moment(value: Any) -> str:
    return (shown(value) or "")[:16].replace("T", " ")


def _cluster(tx: Tx, here: Service, who: Principal, found: Clusters, cluster: Cluster) -> bytes:
    numbers = {m.id: n for n, m in enumerate(cluster.members, 1)}
    reports = Reports(here.store, who)
    pairs: dict[tuple[int, int], Pair] = {}
    links: list[tuple[int, int, float, float]] = []
    for x in sorted(cluster.links, key=lambda x: -x.rate):
        # The evidence is of the report that tells of the pair: often only the later one's does.
        (a, of_a), (b, of_b) = (x.a, x.share_of_a), (x.b, x.share_of_b)
        if (a, b) not in found.reports:
            (a, of_a), (b, of_b) = (b, of_b), (a, of_a)
        key = numbers[a], numbers[b]
        links.append((*key, of_a, of_b))
        if len(pairs) < PAIRS and (a, b) in found.reports:
            shared = reports.shared(found.named[a].submission, found.named[b].id)
            names = (f"第 {key[0]} 份", f"第 {key[1]} 份")
            pairs[key] = _pair(tx, here, who, shared, names)
    sides = [_side(tx, here, who, found.named[m.id]) for m in cluster.members]
    first = numbers[cluster.earliest.id] if cluster.earliest else None
    made = f"本文件制作于 {now().astimezone(CHINA):%Y-%m-%d %H:%M}（北京时间）。"
    return cluster_file(sides, pairs, links=links, first=first, made=made)


def _side(tx: Tx, here: Service, who: Principal, named: Named) -> Side:
    sha256, number = _papers(tx, here, who, named.submission, named.id)
    received = named.received[:16].replace("T", " ")
    return Side(title=named.title, unit=named.unit, received=received, sha256=sha256, number=number)
