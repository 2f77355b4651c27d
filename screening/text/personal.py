"""Numbers and mailboxes that lead to a person, found generously: where they are hidden, too much costs less than too little.

The check ``personal_data`` must be sure before it reports and has narrower patterns of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.document import Span

# Only at the beginning of a run of such characters: tried at each of them, a run of a million takes for ever.
EMAIL = re.compile("(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+")
_NUMBER = re.compile(
    "(?<![0-9A-Za-z])(?:"
    "(?:\\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # mobile
    "|[0-9]{14,18}[0-9Xx]"  # identity card (15 or 18), bank account
    "|[(（]?0[0-9]{2,3}[)）]?[- ]?[2-9][0-9]{6,7}"  # landline with its area
    ")(?![0-9A-Za-z])"
)
_HOME = re.compile('(?:users|home|documents and settings)(?:[\\\\/]|%5c|%2f)+([^\\\\/"<>|%]+)', re.IGNORECASE)
# One character for one: the match's places hold in the text as it was written.
_WIDE = str.maketrans("０１２３４５６７８９＠．－＋", "0123456789@.-+")
_WORTH_A_LOOK = re.compile("[0-9０-９]{4}|[@＠]")  # most texts have neither


def narrow(text: str) -> str:
    """Return the text, of the same length, with full-width digits and signs of numbers and mailboxes made ordinary."""
    return text.translate(_WIDE)


def mailboxes(text: str) -> Iterator[Span]:
    """Yield the e-mail addresses of a text."""
    if _WORTH_A_LOOK.search(text):
        yield from (Span(*m.span()) for m in EMAIL.finditer(narrow(text)))


def numbers(text: str) -> Iterator[Span]:
    """Yield the phones, identity and account numbers of a text."""
    if _WORTH_A_LOOK.search(text):
        yield from (Span(*m.span()) for m in _NUMBER.finditer(narrow(text)))


def homes(text: str) -> Iterator[Span]:
    r"""Yield the users' names in paths of a disk.

    >>> list(homes(r"C:\Users\liu\a.png"))
    [Span(start=9, end=12)]
    """
    if "/" in text or "\\" in text or "%" in text:
        yield from (Span(*m.span(1)) for m in _HOME.finditer(text))
