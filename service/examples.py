"""Examples in the interface's description: what a name stands for everywhere, a report, and answers that have no model of their own."""

from __future__ import annotations

from typing import Any, Final

from screening import __version__

ID: Final = "01a213d2b0b9794ff03619915998"
_OTHER: Final = "01a213d2b0b5226c851a5fb948b1"
_SHA256: Final = "734e9443907b7b123b2736ad8f4f5744334da4d6059180bb4359127fc03ffc5a"
_AT: Final = "2024-01-20T09:00:00+08:00"
_RULEBOOK: Final = {"id": "henan-2023-950", "digest": "e060ff4bed2bc0e1"}
_CLAUSE: Final = {"where": "附件 一.4", "quote": "字数不超过 3000 字"}
_TITLE: Final = "让乡村课堂亮起来"
_TEXT: Final = "让乡村课堂亮起来\n一、主要做法\n学校每周开展两次校本研修，请骨干教师示范授课。"

# By the name of a field, for fields whose models give no example of their own.
NAMED: Final[dict[str, Any]] = {
    **dict.fromkeys(("id", "batch", "submission", "user", "document", "library"), ID),
    **dict.fromkeys(("created", "updated", "expires", "seen", "received"), _AT),
    **dict.fromkeys(("closed", "revoked", "locked_until", "next", "replaces", "csrf", "facts", "error", "message", "advice", "provider")),
    "action": "names.unmask",
    "adjusted": {"total": 0.22},
    "author": "王丽",
    "by": "省平台",
    "counts": {"total": 1, "verdicts": {"look": 1}, "states": {"done": 1}},
    "decision": "pass",
    "decisions": {"": 499, "pass": 1},
    "digest": _RULEBOOK["digest"],
    "duplicates": [],
    "enforce_quota": False,
    "engine": __version__,
    "events": ["submission.done"],
    "excluded": [f"source:{_OTHER}"],
    "file": "案例.docx",
    "finding": "",
    "findings": {},
    "histogram": [{"from": 0.2, "to": 0.3, "count": 12}],
    "key": "csk_…",
    "keys": [{"key": "length.over", "code": "length.over", "message": "正文 3120 字，超出上限 3000 字。"}],
    "kind": "work_case",
    "kind_label": "典型工作案例",
    "largest": 0.22,
    "link": "https://shencha.example.cn/links/…",
    "login": "wang.li",
    "name": "2024 年第一批",
    "note": "已与作者核实",
    "others": [82],
    "outcomes": [],
    "own": 86,
    "password": "一句不容易猜到的话",
    "project": "国培计划",
    "rate": 0.31,
    "reason": "申诉复核",
    "remarks": [{"name": "说明.txt", "reason": "不是案例文件"}],
    "remembered": {},
    "report": f"/api/v1/submissions/{ID}/report",
    "reported": {"total": 0.31},
    "rulebook": _RULEBOOK["id"],
    "rulebook_digest": _RULEBOOK["digest"],
    "score": 78,
    "search": "ordinary",
    "secret": "whsec_…",
    "self": f"/api/v1/batches/{ID}",
    "sha256": _SHA256,
    "source": _OTHER,
    "stale": [],
    "state": "done",
    "states": {"done": 500},
    "status": 200,
    "target": f"source:{_OTHER}",
    "title": _TITLE,
    "type": "submission.done",
    "unit": "白麓大学",
    "url": "https://portal.example.cn/hooks/screening",
    "verdict": "look",
    "verdicts": {"look": 500},
    "what": "pass",
    "words": 2875,
}  # fmt: skip

# What the parts of addresses in braces are.
PLACES: Final = {
    "submission_id": ("材料编号", ID),
    "batch_id": ("批次编号", ID),
    "source": ("来源的编号，见报告里 reuse.sources 的 id", _OTHER),
    "rulebook_id": ("规则集的编号", _RULEBOOK["id"]),
    "user_id": ("账号编号", ID),
    "key_id": ("密钥编号", ID),
    "webhook_id": ("回调编号", ID),
    "delivery_id": ("投递编号，见投递记录", ID),
    "task_id": ("任务编号，建立它的答复里有", ID),
    "document_id": ("比对库里的编号", _OTHER),
    "member": ("群组里任意一份的编号，见 GET clusters 的 members", ID),
    "unit": ("单位在这一批的代号，见单位页的网址", "4fiel"),
}

_SOURCE: Final = {
    "id": _OTHER,
    "title": "点亮山村课堂",
    "unit": "临溪市教育局",
    "own": False,
    "earlier": True,
    "rate": 0.51,
    "share_of_source": 0.42,
    "characters": 18,
    "place": "archive",
    "received": "2022-12-01T00:00:00+08:00",
    "file": "",
}
_PASSAGE: Final = {
    "source": _OTHER,
    "start": 16,
    "end": 28,
    "source_start": 210,
    "source_end": 222,
    "kind": "verbatim",
    "similarity": 1.0,
    "quote": "学校每周开展两次校本研修",
    "source_quote": "学校每周开展两次校本研修",
    "quoted": False,
    "swaps": [],
    "stock": False,
}
REPORT: Final[dict[str, Any]] = {
    "schema": 1,
    "offset_unit": "codepoint",
    "case": {
        "id": "40d0075821db",
        "file": "案例.docx",
        "sha256": _SHA256,
        "kind": "work_case",
        "title": _TITLE,
        "unit": "白麓大学",
        "unit_type": "",
        "project": "国培计划",
        "author": "王丽",
        "received": _AT,
        "outside_similarity": None,
        "outside_ai": None,
        "format": "docx",
        "origins": {"kind": "option", "title": "text"},
    },
    "made_with": {
        "engine": __version__,
        "rulebook": _RULEBOOK | {"digest": _SHA256},
        "models": {},
        "library": {"id": "1f6d", "documents": 512},
        "search": "ordinary",
    },
    "verdict": "look",
    "text": _TEXT,
    "counts": {"words": 36, "words_low": 36, "words_high": 36, "words_all_stories": 36, "han": 34, "paragraphs": 3},
    "outcomes": [
        {
            "rule": "work_case.length",
            "check": "length",
            "status": "clear",
            "severity": "blocker",
            "clause": _CLAUSE,
            "reason": None,
            "shadow": False,
            "findings": [],
        }
    ],
    "structure": [
        {
            "section": "主要做法",
            "found": "heading",
            "start": 9,
            "end": 39,
            "words": 28,
            "heading": {"start": 9, "end": 15},
            "cues": [],
            "share": 0.78,
        }
    ],
    "reuse": {
        "rates": {
            "total": 0.51,
            "without_quotes": 0.51,
            "without_own": 0.51,
            "without_stock": 0.51,
            "largest_source": 0.51,
            "raw": 0.51,
            "repaired": 0.51,
        },
        "sources": [_SOURCE],
        "passages": [_PASSAGE],
        "stock": [],
        "shown": 1,
        "of": 1,
        "compared_characters": 35,
        "compared_with": 512,
        "repairs": {"shown": 0, "of": 0, "counts": {}, "items": []},
    },
    "topic": {
        "band": "unsure",
        "score": 0.62,
        "calibrated": False,
        "contributions": {"who_act": 0.4375},
        "sentences": [{"start": 16, "end": 39, "weight": 1.075}],
        "themes": [],
        "genre": "case",
        "genre_evidence": [],
        "stuffing": [],
        "participation": [],
        "reason": "能用来判断的正文不足 400 字或 5 句，不下结论。",
        "missing": [],
    },
    "ledger": [
        {"section": "主要做法", "kind": "data", "start": 22, "end": 24, "quote": "两次", "value": "两次"}
    ],
    "score": {"total": None, "parts": {}, "weights": {"topic": 35.0}, "figures": {}, "reason": "正文不足 400 字"},
    "vicinity": None,
    "warnings": [],
}  # fmt: skip

_PROGRESS: Final = '{"total":500,"done":480,"failed":1,"waiting":19,"state":"sealed"}'
# Answers without a model of their own, by method and address.
ANSWERS: Final[dict[str, Any]] = {
    "get /api/v1/batches/{batch_id}/report.jsonl": '{"schema":1,"offset_unit":"codepoint",…}\n',
    "get /api/v1/batches/{batch_id}/events": f"event: progress\ndata: {_PROGRESS}\nid: 812\nretry: 3000\n\n",
    "get /metrics": "screening_workers 2.0\n",
    "get /healthz": {"status": "ok"},
    "get /readyz": {"status": "ready", "checks": {"database": "ok"}, "notes": {}},
    "get /api/v1/pairs/{submission_id}/{source}": {
        "submission": ID,
        "source": _SOURCE,
        "offset_unit": "codepoint",
        "passages": [_PASSAGE],
    },
    "get /api/v1/rulebooks/{rulebook_id}": {
        **_RULEBOOK,
        "title": "关于征集典型案例的通知",
        "kinds": [{"kind": "work_case", "label": "典型工作案例", "rules": [], "weights": {"topic": 35.0}}],
        "batch": [],
    },
    "get /api/v1/retention": [{"id": ID, "name": "2024 年第一批", "purge_after": _AT}],
    "post /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/again": {"state": "waiting"},
}
