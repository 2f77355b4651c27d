"""The frame of all pages: Jinja2 templates in ``templates``, each on ``base.html``; what they know, redirects, errors.

Nothing is inline (the content policy forbids it); styles and scripts are files of ``service/static``, whose addresses carry a hash of
their content. What a page says after a redirect is a name in :data:`SAID`, so that an address can't put words into our mouth.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from screening import __version__
from screening.output.charts import meter
from screening.output.labels import BAND, SEVERITY, SEVERITY_SYMBOL, VERDICT_SYMBOL, percent, short
from screening.output.markup import printable
from screening.report import Verdict
from service.errors import ServiceError
from service.moment import shown
from service.people.principal import Principal, Role
from service.store.decisions import WORDS as DECISIONS

STATIC: Final = Path(__file__).parents[1] / "static"
_INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation; ``roles`` see it."""

    path: str
    title: str
    roles: tuple[Role, ...] = tuple(Role)


STATES: Final = {
    "queued": "排队等待读取",
    "reading": "正在读取",
    "read": "排队等待筛查",
    "screening": "正在筛查",
    "done": "已完成",
    "failed": "没有完成",
    "cancelled": "已撤回",
}

# Whoever adds a page for people adds its entry here.
NAVIGATION: Final[list[Entry]] = [
    Entry("/batches", "批次"),
    Entry("/cases", "材料"),
    Entry("/clusters", "相似群组"),
    Entry("/unit", "本单位", (Role.SUBMITTER,)),
    Entry("/memory", "判定记忆", (Role.REVIEWER, Role.ADMINISTRATOR)),
    Entry("/rulebooks", "规则"),
    Entry("/archive", "比对库", (Role.ADMINISTRATOR,)),
    Entry("/settings", "管理", (Role.ADMINISTRATOR,)),
]

SAID: Final[dict[str, tuple[str, str]]] = {
    # name: (kind, sentence); kinds: good, note, bad
    "password": ("good", "密码已修改，别处的登录都已退出。"),
    "rescreened": ("good", "已排队重新筛查，旧的报告和判定都保留。"),
    "fresh": ("note", "没有过时的报告，不用重新筛查。"),
    "sealed": ("good", "已收完，按整批筛查。"),
    "handed": ("good", "已收下，正在后台读取和筛查。"),
    "saved": ("good", "已保存。"),
    "over": ("bad", "已保存。请注意：这一组现在超出通知的名额，超出的个数见下面。"),
    "removed": ("good", "已撤销。"),
    "again": ("good", "已重新排队，请稍后刷新再看。"),
    "gone": ("good", "已删除。"),
    "version": ("good", "核对无误，已存成新的一版；还没有启用，可以先在以往的批次上试一试。"),
    "activated": ("good", "已启用：从现在起新批次默认用这一版，已有的批次不变。"),
    "given": ("good", "这个批次已改用新的规则；原来的报告标为过时，重新筛查后按新规则。"),
    "stopped": ("good", "已停止，已试出的结果保留。"),
    "adding": ("good", "已收下，正在后台逐份读入。"),
    "checking": ("good", "正在后台逐行核对。"),
    "taken_out": ("good", "已删除；引用过它的报告标为过时。"),
    "taken_back": ("good", "已收回，以后不再提示。"),
    "others": ("good", "别处的登录都已退出。"),
}


def html_wanted(request: Request) -> bool:
    """Whether the answer goes to a browser's window, rather than to a program."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def inside(path: str, default: str = "/") -> str:
    r"""Return an address of this service to go on to, the default for one elsewhere.

    >>> inside("/batches/1?page=2"), inside("//evil.example"), inside("https://evil.example"), inside("/\\evil.example")
    ('/batches/1?page=2', '/', '/', '/')
    """
    return path if _INSIDE.fullmatch(path) else default


@cache
def static(name: str) -> str:
    """Return the address of a file of ``service/static``; it changes with the content, so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


def render(name: str, request: Request, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page. Every page knows ``who`` (None if signed out), ``navigation``, ``path`` and ``flash`` [(kind, sentence)]."""
    who: Principal | None = getattr(request.state, "principal", None)
    if who is not None and not who.session:
        who = None  # a program with a key has no menu
    said = SAID.get(request.query_params.get("said", ""))
    given: Mapping[str, Any] = {
        "who": who,
        "navigation": [e for e in NAVIGATION if who and who.role in e.roles],
        "path": request.url.path,
        "providers": [(name, found.title) for name, found in request.app.state.service.settings.signin.items()],
        "flash": [said] if said else [],
        "version": __version__,
        "request_id": getattr(request.state, "request_id", ""),
    }
    return HTMLResponse(_environment().get_template(name).render({**given, **values}), status)


def go(path: str, said: str = "") -> RedirectResponse:
    """Return a redirect after a form was sent; ``said`` is a name in :data:`SAID`."""
    return RedirectResponse(f"{path}?said={said}" if said else path, 303)


def error_page(request: Request, error: ServiceError) -> HTMLResponse:
    """Return the page for an error, with its status; who is not signed in can do it there and goes on where he was."""
    name = "error.html"
    if error.status == 401 and request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        next_, name = inside(request.url.path + query), "error_sign_in.html"
        answer = render(name, request, status=401, error=error, next=next_)
    else:
        answer = render(name, request, status=error.status, error=error)
    answer.headers.update({k: v for k, v in error.headers.items() if k.lower() != "www-authenticate"})
    return answer


def _plain(value: Any) -> Any:
    """Replace control and bidi characters in every text that a template shows: they could show it in another order than it has."""
    return printable(value) if type(value) is str else value


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        finalize=_plain,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.globals |= {
        "verdict_symbol": VERDICT_SYMBOL,
        "severity_symbol": SEVERITY_SYMBOL,
        "severity_words": SEVERITY,
        "decisions": DECISIONS,
        "states": STATES,
        "bands": BAND,
        "bar": meter,
        "Verdict": Verdict,
    }
    made.filters |= {"percent": percent, "short": short, "printable": printable}
    made.filters["moment"] = lambda value: (shown(value) or "")[:16].replace("T", " ")
    return made
