"""Sending webhooks after Standard Webhooks (standardwebhooks.com): signed, timed, never to a place that it was not meant for."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from standardwebhooks import Webhook

from service.errors import ServiceError
from service.moment import now
from service.settings import Settings

# Nets whose addresses end in an IPv4 address: NAT64 (RFC 6052) and the old compatible ones (RFC 4291).
_CARRIERS: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
_WORDS: Final = {
    "refused": "连不上对方的服务器",
    "timeout": "对方没有在 {} 秒内答复完",
    "tls": "对方的证书不对，或协议不符",
    "private": "回调地址是内网地址，本系统没有允许",
    "unknown": "回调地址的域名解析不了",
}


def checked_url(url: str, settings: Settings) -> str:
    """Return an address that webhooks may go to. Raises :class:`ServiceError` 422."""
    try:
        parts = urlsplit(url)
        port = parts.port
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL) as error:
        raise _bad("回调地址写得不对") from error
    if parts.scheme not in (("https", "http") if settings.webhooks_private else ("https",)):
        raise _bad("回调地址要用 https")
    if not parts.hostname or parts.username or parts.password or port == 0 or parts.fragment:
        raise _bad("回调地址写得不对")
    return url


def _bad(message: str) -> ServiceError:
    return ServiceError(
        422, "webhook.url", message, "例如 https://portal.example.cn/hooks/screening；不要带用户名和密码。"
    )


def addresses(host: str, port: int, settings: Settings) -> list[str]:
    """Return the network addresses of a host that may be sent to; empty if all of them are private and that is not allowed.

    Raises :class:`OSError` for a name that is not known.
    """
    found = dict.fromkeys(str(a[4][0]) for a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return [a for a in found if settings.webhooks_private or _public(ipaddress.ip_address(a.partition("%")[0]))]


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is one of the open net; one that carries another inside (mapped, 6to4, NAT64) is as good as that one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and any(address in net for net in _CARRIERS):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _public(inner)
    return address.is_global and not address.is_multicast


def send(url: str, secret: str, message_id: str, body: Mapping[str, Any], settings: Settings) -> tuple[int | None, str]:
    """Send one message; return the status and "", or None and what went wrong (a sentence). No redirect is followed.

    From the connection to the last header it takes ``webhook_seconds`` at most, however slowly the other side drips. The connection goes to the address that was checked, so that a name can't be made to mean another place meanwhile.
    """
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    at = now()
    signature = Webhook(secret).sign(message_id, at, data)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "case-screening",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        allowed = addresses(host, port, settings)
        if not allowed:
            return None, _WORDS["private"]
        target = httpx2.URL(url).copy_with(host=allowed[0])
        request = httpx2.Request(
            "POST",
            target,
            content=data.encode(),
            headers=headers | {"Host": parts.netloc},
            extensions={"sni_hostname": host},
        )
        status = asyncio.run(_status(request, settings.webhook_seconds))
    except TimeoutError:
        return None, _WORDS["timeout"].format(settings.webhook_seconds)
    except (httpx2.ConnectError, httpx2.ProtocolError) as error:
        return None, _WORDS["tls" if "ssl" in str(error).lower() or "certificate" in str(error).lower() else "refused"]
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return None, _WORDS["refused"]
    except (OSError, UnicodeError):
        return None, _WORDS["unknown"]
    return status, "" if 200 <= status < 300 else f"对方答复 {status}"


async def _status(request: httpx2.Request, seconds: float) -> int:
    """Return the status that is answered; the body is not read. Raises :class:`TimeoutError`.

    The client's own limits hold for one read each, so whoever sends a byte now and then would never meet them: the clock runs here.
    """
    async with asyncio.timeout(seconds), httpx2.AsyncClient(timeout=None, trust_env=False) as client:
        answer = await client.send(request, stream=True, follow_redirects=False)
        await answer.aclose()
        return answer.status_code
