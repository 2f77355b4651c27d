"""Pairs of texts that share passages, and the clusters that they form."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from screening.reuse.clusters import LEAST
from service import comparing
from service.context import Here, Reader
from service.errors import not_found
from service.store import groups, submissions
from service.views import shown_report

router = APIRouter(prefix="/api/v1", tags=["相似"])


class Text(BaseModel):
    """One side of a pair."""

    document: str = Field(description="在比对库里的编号，即报告中来源的 id")
    submission: str | None = Field(description="材料编号；往年文档或您不能查看的为 null")
    title: str = Field(description="标题")
    unit: str = Field(description="单位；盲审时为代号")
    received: str | None = Field(description="报送时间")


class Pair(BaseModel):
    """Two texts with passages in common."""

    a: Text = Field(description="本篇")
    b: Text = Field(description="来源")
    rate: float = Field(description="占本篇的比例，0–1", examples=[0.31])
    share_of_source: float = Field(description="占来源的比例，0–1", examples=[0.42])
    characters: int = Field(description="本篇相似的字符数")
    passages: int = Field(description="相似段落数")
    own: bool = Field(description="是否本人或本单位的材料")
    earlier: bool = Field(description="来源是否在前")


class Pairs(BaseModel):
    """A page of pairs."""

    items: list[Pair]
    next: str | None = Field(description="下一页的地址；最后一页为 null")


@router.get("/pairs", response_model=Pairs, summary="相似对")
def listed(
    request: Request,
    here: Here,
    who: Reader,
    response: Response,
    batch: Annotated[str, Query(max_length=28, description="批次编号")] = "",
    rate_min: Annotated[float, Query(ge=0, le=1, description="占本篇的比例不低于（0–1）")] = 0.0,
    own: Annotated[bool | None, Query(description="只看（或不看）本人本单位的")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="一页几对")] = 50,
    cursor: Annotated[str, Query(max_length=600, description="上一页给的位置")] = "",
) -> dict[str, Any]:
    """列出有相似段落的材料对，比例高的在前。两个方向的比例分开给：占本篇多少、占来源多少。"""
    with here.store.read() as tx:
        rows, after = groups.listed(tx, groups.Wanted(batch, rate_min, own), who.sight(), limit=limit, cursor=cursor)
        found = [dict(r) for r in rows]
        names = comparing.Names(tx, here.store, who, found)
        items = [comparing.pair_json(names, r) for r in found]
    next_ = None
    if after:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        next_ = f"/api/v1/pairs?{urlencode([*kept, ('cursor', after)])}"
        response.headers["Link"] = f'<{next_}>; rel="next"'
    return {"items": items, "next": next_}


@router.get("/pairs/{submission_id}/{source}", summary="一对材料的相似段落")
def one(here: Here, who: Reader, submission_id: str, source: str) -> dict[str, Any]:
    """返回两篇之间的全部相似段落（两边的位置和原文）、比例和换掉的内容。"""
    with here.store.read() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        if not row["run"]:
            raise not_found("这份材料")
        reuse = json.loads(shown_report(tx, here.store.sealer, row, who)).get("reuse") or {}
    match = next((s for s in reuse.get("sources", []) if s["id"] == source), None)
    if match is None:
        raise not_found("这份材料")
    return {
        "submission": submission_id,
        "source": match,
        "offset_unit": "codepoint",
        "passages": [p for p in reuse["passages"] if p["source"] == source],
    }


class Clusters(BaseModel):
    """Groups of texts alike."""

    items: list[dict[str, Any]] = Field(
        description="群组，大的在前：members 成员、links 相似对、weakest 最弱的一对、earliest 谁最早"
    )
    shown: int = Field(description="按几对算出")
    of: int = Field(description="共几对")


@router.get("/clusters", response_model=Clusters, summary="相似群组")
def clusters(
    here: Here,
    who: Reader,
    batch: Annotated[str, Query(max_length=28, description="批次编号；空为您能查看的全部")] = "",
    rate_min: Annotated[float, Query(gt=0, le=1, description="相似比例不低于（0–1）才算一组")] = LEAST,
) -> dict[str, Any]:
    """列出互相疑似重复的群组。连线只用核实过的相似段落，不把不相干的材料串在一起。"""
    with here.store.read() as tx:
        found = comparing.clusters_of(tx, here.store, who, batch, rate_min)
    items = []
    for n, cluster in enumerate(found.groups, 1):
        members = [found.named[m.id].to_json() for m in cluster.members]
        items.append({"number": n} | cluster.to_json() | {"members": members})
    return {"items": items, "shown": found.shown, "of": found.of}
