"""The shell of a self-contained page: style and script inside, a content security policy by their hashes, no other host."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from screening.output.markup import Child, Markup, h, join


@cache
def asset(name: str) -> str:
    """Return a style sheet or script of ours."""
    return (resources.files("screening") / "output" / "assets" / name).read_text("utf-8")


def _digest(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def head_of(title: str, *, script: bool, css: str = "", more: Child = None) -> Markup:
    """Return everything before the body's content. The hashes let the browser run this style and script and no other.

    ``css`` stands in the place of the report's own style, ``more`` at the end of the head.
    """
    css, js = css or asset("report.css"), asset("report.js")
    policy = f"default-src 'none'; style-src {_digest(css)}; img-src data:; base-uri 'none'; form-action 'none'"
    if script:
        policy += f"; script-src {_digest(js)}"
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=policy),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="referrer", content="no-referrer"),
        h("title", title),
        Markup(f"<style>{css}</style>"),
        more,
    )
    return Markup(f'<!DOCTYPE html>\n<html lang="zh-CN">{head}<body>')


def foot_of(*, script: bool) -> Markup:
    """Return everything after the body's content."""
    return Markup((f"<script>{asset('report.js')}</script>" if script else "") + "</body></html>\n")


def header(title: str, *lines: Child) -> Markup:
    """Return the page's head band."""
    return join(
        [
            h("a", "跳到内容", href="#main", class_="skip"),
            h("header", h("div", h("h1", title), *(h("p", line) for line in lines), class_="wrap"), class_="top"),
        ]
    )
