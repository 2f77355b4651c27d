"""People whom somebody else vouches for: the way there and back, and the account that they get here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx2

from screening.case import unit_key
from service.errors import ServiceError, not_found
from service.moment import new_id, new_secret, now
from service.people import cas, oauth
from service.people.accounts import no_role
from service.people.keys import hashed
from service.people.principal import Role
from service.settings import Settings
from service.signin import Provider
from service.store import sessions, users
from service.store.database import Store, note

MINUTES: Final = 10  # to sign in there
_LOGIN: Final = 80


def depart(store: Store, settings: Settings, name: str, next_: str) -> tuple[str, str]:
    """Return (where to send the browser, what its cookie holds until it is back). Raises :class:`ServiceError` 404, 502."""
    provider = _provider(settings, name)
    cookie, state, nonce, verifier = new_secret(), new_secret(), new_secret(), new_secret()
    back = _back(settings, name)
    try:
        if provider.kind == "cas":
            url = cas.address(provider, f"{back}?{urlencode({'state': state})}")
        else:
            url = oauth.address(provider, oauth.Journey(back=back, state=state, nonce=nonce, verifier=verifier))
    except oauth.Troubles as error:
        raise _failed(provider) from error
    with store.write() as tx:
        sessions.send_away(
            tx,
            state=hashed(state),
            cookie=hashed(cookie),
            provider=name,
            nonce=nonce,
            verifier=verifier,
            next=next_,
            expires=now() + timedelta(minutes=MINUTES),
        )
    return url, cookie


def arrive(store: Store, settings: Settings, name: str, given: Mapping[str, str], cookie: str) -> tuple[str, str]:
    """Return (id of the account, where to go on to) of somebody who is back.

    Raises :class:`ServiceError` 400 for a way back that did not begin here, in this browser, within :data:`MINUTES`, or was used before;
    403 for people without a role or disabled; 404; 502 if the provider does not vouch for them.
    """
    provider = _provider(settings, name)
    state = given.get("state", "")
    with store.write() as tx:
        row = sessions.come_back(tx, hashed(state), hashed(cookie))
    if row is None or row["provider"] != name:
        raise ServiceError(400, "sign_in.stale", "这次登录已过期，或不是从这个浏览器开始的", "请回到登录页重新开始。")
    back = _back(settings, name)
    try:
        if provider.kind == "cas":
            facts = cas.facts(provider, f"{back}?{urlencode({'state': state})}", given["ticket"])
        else:
            journey = oauth.Journey(back=back, state=state, nonce=row["nonce"], verifier=row["verifier"])
            facts = oauth.facts(provider, journey, given)
    except (*oauth.Troubles, httpx2.InvalidURL) as error:
        raise _failed(provider) from error
    return _account(store, name, provider, facts), row["next"]


def _provider(settings: Settings, name: str) -> Provider:
    if name not in settings.signin:
        raise not_found("这种登录方式")
    return settings.signin[name]


def _back(settings: Settings, name: str) -> str:
    return f"{settings.url}/signin/{name}/return"


def _failed(provider: Provider) -> ServiceError:
    # Why is in the log (the error's cause), not on the page: it may hold tokens.
    return ServiceError(502, "sign_in.elsewhere", f"{provider.title}没有完成登录", "请重试；若仍不行，请联系管理员。")


def _account(store: Store, name: str, provider: Provider, facts: Mapping[str, Any]) -> str:
    subject = _text(oauth.field(facts, provider.subject))
    if not subject:
        raise _failed(provider)
    login = f"{name}:{subject}"
    if len(login) > _LOGIN:
        login = f"{name}:{hashlib.sha256(subject.encode()).hexdigest()[:40]}"
    with store.write() as tx:
        row = users.attempt(tx, login)
        if row is None:
            users.add(tx, **_new(login, name, subject, provider, facts))
            row = users.attempt(tx, login)
            assert row is not None
            note(tx, f"provider:{name}", "user.create", row["id"], role=row["role"])
        if not row["active"]:
            refusal: ServiceError | None = ServiceError(403, "user.disabled", "您的账号已停用", "请联系管理员。")
        else:
            refusal = None if row["role"] else no_role()
    if refusal:  # after the transaction, which keeps the new account for an administrator to see
        raise refusal
    return str(row["id"])


def _new(login: str, name: str, subject: str, provider: Provider, facts: Mapping[str, Any]) -> dict[str, Any]:
    unit = _text(oauth.field(facts, provider.unit)) if provider.unit else ""
    role = ""
    for rule in provider.rules:
        if rule.value in _texts(oauth.field(facts, rule.field)):
            role, unit = rule.role, rule.unit or unit
            break
    if role == Role.SUBMITTER and not unit_key(unit):
        role = ""  # an administrator has to say whose
    return {
        "id": new_id(),
        "login": login,
        "name": _text(oauth.field(facts, provider.name))[:80],
        "role": role,
        "unit": unit[:200],
        "unit_key": unit_key(unit[:200]),
        "issuer": name,
        "subject": subject,
        "created": now(),
    }


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _texts(value: Any) -> list[str]:
    return [_text(v) for v in value] if isinstance(value, list) else [_text(value)]
