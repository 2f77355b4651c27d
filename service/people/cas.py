"""Signing in by CAS 2 or 3: a ticket that comes back with the browser is asked after at the server."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from lxml import etree

from service.people.oauth import SECONDS
from service.signin import Provider

_NAMES: Final = {"cas": "http://www.yale.edu/tp/cas"}
_LONGEST: Final = 256 * 1024


def address(provider: Provider, back: str) -> str:
    """Return where to send the browser."""
    return f"{provider.cas_url.rstrip('/')}/login?{urlencode({'service': back})}"


def facts(provider: Provider, back: str, ticket: str) -> dict[str, Any]:
    """Return what the server says of the holder of a ticket: ``sub`` and the attributes. ``back`` must be as it was on the way there.

    Raises ``httpx2.HTTPError`` or ValueError.
    """
    place = "/p3/serviceValidate" if provider.cas_version == 3 else "/serviceValidate"
    url = f"{provider.cas_url.rstrip('/')}{place}"
    answer = httpx2.get(url, params={"service": back, "ticket": ticket}, timeout=SECONDS).raise_for_status()
    return read(answer.content)


def read(answer: bytes) -> dict[str, Any]:
    """Return the facts of a validation's answer. Raises ValueError for a refusal, and for anything but plain small XML.

    >>> read(b'<s xmlns="http://www.yale.edu/tp/cas"><authenticationSuccess><user>li</user></authenticationSuccess></s>')
    {'sub': 'li'}
    """
    if len(answer) > _LONGEST:
        raise ValueError("size")
    # Comments are taken out while reading: one in the middle of a name would cut its text short there.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(answer, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("xml") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("dtd")  # no answer of CAS has one, and what it declares is not to be trusted
    success = root.find("cas:authenticationSuccess", _NAMES)
    user = success.findtext("cas:user", "", _NAMES).strip() if success is not None else ""
    if success is None or not user:
        raise ValueError("refused")
    found: dict[str, Any] = {}
    for attribute in success.iterfind("cas:attributes/cas:*", _NAMES):
        name, value = etree.QName(attribute).localname, (attribute.text or "").strip()
        found[name] = [*_list(found[name]), value] if name in found else value
    return {**found, "sub": user}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
