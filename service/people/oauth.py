"""Signing in by OpenID Connect or plain OAuth 2 (authorization code with PKCE); the protocol is authlib's, the checks of the ID token too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.signin import Provider, trustworthy

# Asymmetric ones only: a provider's public key must never be taken for a shared secret.
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
_LEEWAY: Final = 60  # seconds that two clocks may differ
SECONDS: Final = 10.0

Troubles: Final = (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What belongs to one way there and back: ``back`` is where the provider sends the browser."""

    back: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Places:
    authorize: str
    token: str
    userinfo: str
    jwks: str = ""


def address(provider: Provider, journey: Journey) -> str:
    """Return where to send the browser. Raises one of :data:`Troubles` if the provider can't be asked."""
    with _client(provider, journey) as client:
        more: dict[str, str] = {"nonce": journey.nonce} if provider.kind == "oidc" else {}
        if provider.pkce:
            more["code_verifier"] = journey.verifier
        url, _ = client.create_authorization_url(_places(client, provider).authorize, state=journey.state, **more)
    return str(url)


def facts(provider: Provider, journey: Journey, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the provider says of the person who came back with ``given``. Raises one of :data:`Troubles`."""
    if given.get("iss", provider.issuer) != provider.issuer and provider.kind == "oidc":
        raise ValueError("iss")  # an answer of another provider (RFC 9207)
    with _client(provider, journey) as client:
        places = _places(client, provider)
        more = {"code_verifier": journey.verifier} if provider.pkce else {}
        token = client.fetch_token(places.token, code=given["code"], grant_type="authorization_code", **more)
        if provider.kind == "oauth2":
            return _userinfo(client, places.userinfo)
        claims = _id_token(client, places, provider, journey, token)
        if places.userinfo:
            told = _userinfo(client, places.userinfo)
            if told.get("sub") != claims["sub"]:
                raise ValueError("sub")  # what is said of somebody else does not count
            claims = {**told, **claims}
        return claims


def _client(provider: Provider, journey: Journey) -> Any:
    client = OAuth2Client(
        provider.client_id,
        provider.client_secret.get_secret_value(),
        token_endpoint_auth_method=provider.client_auth,
        scope=" ".join(provider.scopes),
        redirect_uri=journey.back,
        token_placement=provider.token_place,
        code_challenge_method="S256" if provider.pkce else None,
        leeway=0,  # the token is used at once, however short its life
        timeout=SECONDS,
        follow_redirects=False,
    )
    if provider.token_wrapper:

        def unwrapped(answer: httpx2.Response) -> httpx2.Response:
            return httpx2.Response(answer.status_code, json=field(answer.json(), provider.token_wrapper))

        client.register_compliance_hook("access_token_response", unwrapped)
    return client


def _places(client: Any, provider: Provider) -> _Places:
    if provider.kind == "oauth2":
        return _Places(provider.authorize_url, provider.token_url, provider.userinfo_url)
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    said = client.request("GET", url, withhold_token=True).raise_for_status().json()
    if said["issuer"] != provider.issuer:
        raise ValueError("issuer")
    found = _Places(
        said["authorization_endpoint"], said["token_endpoint"], said.get("userinfo_endpoint", ""), said["jwks_uri"]
    )
    for place in (found.authorize, found.token, found.userinfo or found.token, found.jwks):
        if not trustworthy(place):
            raise ValueError("https")
    return found


def _userinfo(client: Any, url: str) -> dict[str, Any]:
    said = client.get(url).raise_for_status().json()
    if not isinstance(said, dict):
        raise TypeError("userinfo")
    return said


def _id_token(client: Any, places: _Places, provider: Provider, journey: Journey, token: Any) -> dict[str, Any]:
    # The keys are asked for each time: they change, and people sign in seldom.
    keys = KeySet.import_key_set(client.request("GET", places.jwks, withhold_token=True).raise_for_status().json())
    opened = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS)
    options: Any = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "nonce": {"essential": True, "value": journey.nonce},
    }
    asked = {"nonce": journey.nonce, "client_id": provider.client_id, "access_token": token["access_token"]}
    claims = CodeIDToken(opened.claims, opened.header, options, asked)
    claims.validate(leeway=_LEEWAY)
    return dict(claims)


def field(said: Any, path: str) -> Any:
    """Return a value by its path, None if it is not there.

    >>> field({"data": {"user": {"id": 7}}}, "data.user.id")
    7
    """
    for part in path.split("."):
        said = said.get(part) if isinstance(said, dict) else None
    return said
