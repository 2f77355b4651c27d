"""The interface's description (OpenAPI 3.1), completed: who may, how one signs in, every way to fail, an example of everything.

What stands with a route or a model is taken from there; what is the same everywhere is said here, once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from service.context import Need
from service.envelope import GOOD, WORD
from service.errors import PROBLEM, ServiceError, problem
from service.examples import ANSWERS, ID, NAMED, PLACES, REPORT
from service.people.principal import Role
from service.people.sessions import CSRF_HEADER, cookie_name
from service.settings import Settings

API: Final = "/api/v1"
_FREE: Final = ("/healthz", "/readyz")
_SCHEMAS: Final = "#/components/schemas/"

TAGS: Final = {
    "报送": "提交材料（逐份或整批），或只检查不保存；撤回、收完、关闭。",
    "材料与报告": "查看材料、报告、报告单和原件；看到什么由角色决定，报送单位只看得到自己单位的。",
    "批次": "一批材料的进度、汇总表、全部报告、退改函。",
    "相似": "材料两两之间的相似段落，和由此连成的群组。是否得当，由人判断。",
    "入围": "名额之内的建议名单：理由、相近的几份、人工调整。建议不是结论。",
    "比对库": "往年材料：添加、查找、删除、核对。只有管理员可以用。",
    "评审": "判定、评分、排除来源。判定带版本号，别人先改过时答 409，不会互相覆盖。",
    "回调": "有事时由本系统通知门户，不必轮询。签名按 Standard Webhooks，失败重试三天。",
    "规则集": "按哪份通知筛查，每条规则带通知的原话。",
    "密钥": "给门户等程序用的密钥：有角色、权限和到期时间，只显示一次。",
    "登录与账号": "人的登录，账号，评审的分派。",
    "隐私与审计": "删除、保存期限、审计日志。",
    "运行状况": "给监控用。",
}

# (what, how): Markdown, of which only `code` is used.
CONVENTIONS: Final = (
    (
        "登录",
        f"程序用密钥：请求头 `Authorization: Bearer csk_…`。浏览器用登录后的会话，改动时另带请求头 `{CSRF_HEADER}`。",
    ),
    ("写法", "时间带时区，如 `2024-01-20T09:00:00+08:00`；比率是 0–1；位置按 Unicode 码点计。"),
    (
        "出错",
        f"答 `{PROBLEM}`（RFC 9457）：`code` 供程序判断，不会改变；`title` 是一句话，`advice` 是怎么办。",
    ),
    ("重复提交", "带上 `Idempotency-Key`，断线后用同一个值再发，不会收两份。"),
    ("翻页", "照答复里的 `next` 走，直到它为 null；翻页期间来了新材料也不漏、不重。"),
    ("限额", "答 429 或 503 时，请等 `Retry-After` 那么多秒再试。"),
    ("省流量", "报告带 `ETag`；用 `If-None-Match` 再问，没有变化就答 304。`Accept-Encoding: gzip` 会压缩。"),
    (
        "信封",
        (
            f'可选。请求头带 `Prefer: {WORD}`，JSON 答复就包成 `{{"code": 0, "message": "{GOOD}", "data": …}}`：成功时 `code` 为 0，'
            "出错时为 HTTP 状态码，`data` 是出错的全部内容。HTTP 状态码不变；文件和 SSE 不包。"
        ),
    ),
)
INTRO: Final = "报送、筛查、评审的接口。每条发现都带依据，机器只作提示，由人定夺。\n\n" + "\n".join(
    f"* **{what}**：{how}" for what, how in CONVENTIONS
)

# Status: (when, code, title, advice).
PROBLEMS: Final = {
    400: (
        "请求内容读不出来",
        "request.form",
        "请求内容读不出来：格式不完整，或者字段太多、太长",
        "请用 multipart/form-data 发送，字段名和上限见接口说明。",
    ),
    401: (
        "没有登录，或密钥无效",
        "sign_in",
        "请先登录，或带上接口密钥",
        "请求头：Authorization: Bearer csk_…",
    ),
    403: (
        "没有这项权限",
        "forbidden.role",
        "这项操作只有管理员可以做",
        "如确有需要，请联系管理员。",
    ),
    404: (
        "没有这条记录，或不在可以查看的范围内",
        "not_found",
        "找不到这条记录",
        "请核对编号；也可能它不属于您可以查看的范围。",
    ),
    409: ("和现状冲突", "version", "刚刚被别人改过", "请刷新后再改，以免盖掉别人的修改。"),
    413: ("请求太大", "too_large", "请求太大，上限 20 MB", "请压缩文中图片或分批上传。"),
    422: ("请求内容不对", "request.invalid", "请求里这些内容不对：query.limit", "请对照接口说明核对。"),
    429: ("请求太频繁", "too_many", "请求太频繁，每分钟最多 600 次", "请等 12 秒再试。"),
    501: (
        "这个服务没有装做这件事的程序",
        "pdf.typst",
        "这里没有装排 PDF 用的 typst",
        "请改用 .docx 或 .html，内容相同。",
    ),
    503: ("暂时忙不过来", "busy", "正在处理的检查太多，暂时排不上", "请过一会儿再试。"),
}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "出错时的答复（RFC 9457）",
    "required": ["type", "title", "status", "code", "advice"],
    "properties": {
        "type": {"type": "string", "description": "urn:case-screening: 加错误代码"},
        "title": {"type": "string", "description": "出了什么问题"},
        "status": {"type": "integer", "description": "状态码"},
        "code": {"type": "string", "description": "错误代码，不会改变，供程序判断", "examples": ["not_found"]},
        "advice": {"type": "string", "description": "怎么办"},
        "instance": {"type": "string", "description": "urn:request: 加请求编号，可据此查日志"},
    },
}


def describe(app: FastAPI, settings: Settings) -> dict[str, Any]:
    """Return the whole description; the application keeps it."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = FastAPI.openapi(app)
    parts = schema.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= {"Problem": _PROBLEM, **_report()}
    parts["responses"] = {str(s): {"description": PROBLEMS[s][0], "content": {PROBLEM: _failure(s)}} for s in PROBLEMS}
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "接口密钥 csk_…，给程序用"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(settings),
            "description": f"登录后的会话，给浏览器用；改动类请求另带请求头 {CSRF_HEADER}（见 GET {API}/me）",
        },
    }
    needs = _needs(app)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation, needs.get((method, path)), schemas)
    return schema


def _report() -> dict[str, Any]:
    text = resources.files("screening").joinpath("report.schema.json").read_text("utf-8")
    whole = json.loads(text.replace("#/$defs/", f"{_SCHEMAS}report."))
    parts = whole.pop("$defs")
    for name in ("$schema", "$id"):
        whole.pop(name)
    return {"Report": whole, **{f"report.{name}": part for name, part in parts.items()}}


def _needs(app: FastAPI) -> dict[tuple[str, str], Need]:
    """Return what each operation asks of who comes."""
    found: dict[tuple[str, str], Need] = {}
    for route in iter_route_contexts(app.routes):
        waiting = [route.dependant] if getattr(route, "dependant", None) else []
        while waiting:
            dependant = waiting.pop()
            waiting += dependant.dependencies
            if isinstance(dependant.call, Need) and route.path_format:
                found |= {(m.lower(), route.path_format): dependant.call for m in route.methods or ()}
    return found


def _complete(path: str, method: str, operation: dict[str, Any], need: Need | None, schemas: Mapping[str, Any]) -> None:
    free = path in _FREE
    if not free and (method, path) != ("post", f"{API}/sessions"):
        operation["security"] = [{"key": []}, {"session": []}]
    if need:
        roles = [r for r in Role if r in need.roles]
        operation |= {"x-roles": [r.value for r in roles], "x-scope": need.scope.value}
        who = "、".join(r.label for r in roles)
        operation["description"] += f"\n\n谁可以用：{who}；密钥要有 {need.scope.value} 权限。"
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["description"], parameter["example"] = PLACES[parameter["name"]]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        content.setdefault("example", example(content["schema"], schemas))
        if kind == "multipart/form-data":
            content["example"] = {k: v for k, v in content["example"].items() if v not in ("", None)}
    answers = operation["responses"]
    for status in () if free else _may_fail(path, method, operation):
        answers.setdefault(str(status), {"description": "Validation Error"})
    for status, answer in answers.items():
        if answer["description"] == "Validation Error":  # as FastAPI has it: nothing of its own is said
            answers[status] = {"$ref": f"#/components/responses/{status}"}
        elif status >= "400":
            answer["content"] = {PROBLEM: _failure(int(status))}
        else:
            if answer["description"] == "Successful Response":
                answer["description"] = "成功"
            for kind, content in answer.get("content", {}).items():
                _show(f"{method} {path}", kind, content, schemas)


def _failure(status: int) -> dict[str, Any]:
    _, code, title, advice = PROBLEMS[status]
    shown = problem(ServiceError(status, code, title, advice), "0f3a9c5b7d1e2468")
    return {"schema": {"$ref": f"{_SCHEMAS}Problem"}, "example": shown}


def _show(label: str, kind: str, content: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Give an answer a schema and, unless it is a file, an example."""
    if label in ANSWERS:
        content["example"] = ANSWERS[label]
    elif kind == "application/json":
        if not content.get("schema"):
            content |= {"schema": {"$ref": f"{_SCHEMAS}Report"}, "example": REPORT}
        content.setdefault("example", example(content["schema"], schemas))
    else:
        content["schema"] = {"type": "string", "format": "binary"}


def _may_fail(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    yield from (401, 403)
    if "requestBody" in operation:
        yield 400
    if "{" in path or method != "get" or any(p["name"] == "batch" for p in operation.get("parameters", [])):
        yield 404
    if method != "get":
        yield 409
    if "requestBody" in operation:
        yield 413
    if operation.get("parameters") or "requestBody" in operation:
        yield 422
    yield 429


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """Return an example of what a schema describes: its own, else one of its parts; for a field, what its name stands for."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].removeprefix(_SCHEMAS)], schemas, name)
    if "examples" in schema:
        return schema["examples"][0]
    for key in ("const", "enum"):
        if key in schema:
            return schema[key] if key == "const" else schema[key][0]
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        return {n: example(part, schemas, n) for n, part in schema["properties"].items()}
    if name in NAMED and _fits(NAMED[name], schema):
        return NAMED[name]
    if kind == "array":
        return [example(schema["items"], schemas)]
    if kind == "boolean":
        return schema.get("default", True)
    if "default" in schema:
        return schema["default"]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, name)
    return {"integer": 1, "number": 0.5, "string": ID if not name else "", "object": {}}[kind or "object"]


_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "array": list,
    "object": dict,
    "null": type(None),
}


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    kinds = [part.get("type") for part in schema.get("anyOf", [schema])]
    return any(isinstance(value, _TYPES[kind]) for kind in kinds if kind in _TYPES)
