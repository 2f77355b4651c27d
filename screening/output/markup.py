"""HTML built from values: every text is escaped at the mark, and only what this module made counts as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

_VOID = frozenset({"meta", "link", "br", "hr", "input", "img", "col", "wbr"})
# Control characters are no HTML; bidi controls could show a text in another order than it is stored.
_HIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_UNPRINTABLE = re.compile(f"[{_HIDDEN}]")
_SPECIAL = re.compile(f"[&<>\"'{_HIDDEN}]")  # most texts have none of these, and are what they are


class Markup(str):
    """A string that is HTML already; templates know it by ``__html__``, as they know each other's."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the markup itself."""
        return self


Child = str | Markup | None | Iterable["Child"]


def printable(value: str) -> str:
    """Return the text with control and bidi characters replaced: one could steer a terminal, the other hide an order."""
    return _UNPRINTABLE.sub("\ufffd", value)


def text(value: str) -> Markup:
    r"""Escape a text; control and bidi characters become a visible replacement character.

    >>> text("<b> & \u202e")
    '&lt;b&gt; &amp; �'
    """
    return Markup(escape(printable(value), quote=True) if _SPECIAL.search(value) else value)


def join(children: Iterable[Child]) -> Markup:
    """Concatenate children; plain strings are escaped, None is nothing."""
    out: list[str] = []
    _gather(children, out)
    return Markup("".join(out))


def _gather(children: Iterable[Child], out: list[str]) -> None:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            out.append(child if isinstance(child, Markup) else text(child))
        else:
            _gather(child, out)


def h(tag: str, *children: Child, **attributes: Any) -> Markup:
    """Build an element. ``class_`` is ``class``; underscores become hyphens; None and False attributes are left out.

    >>> h("a", "<甲>", href="#x", class_="mark", hidden=False)
    '<a href="#x" class="mark">&lt;甲&gt;</a>'
    """
    out = [f"<{tag}"]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        out.append(f" {name.rstrip('_').replace('_', '-')}" if value is True else _attribute(name, str(value)))
    out.append(">")
    if tag not in _VOID:
        _gather(children, out)
        out.append(f"</{tag}>")
    return Markup("".join(out))


@lru_cache(maxsize=2048)  # the same few hundred classes and roles all over the page
def _attribute(name: str, value: str) -> str:
    return f' {name.rstrip("_").replace("_", "-")}="{text(value)}"'
