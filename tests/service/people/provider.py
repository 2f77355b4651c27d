"""A small provider that really speaks OpenID Connect, plain OAuth 2 and CAS, on a port of this machine."""

import base64
import hashlib
import secrets
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "shencha", "s3cret"


class Provider:
    """``facts`` is who sits in front of the browser; ``twist`` changes the next ID token: its claims, or who signs it."""

    def __init__(self):
        self.key, self.other_key = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
        self.facts = {"sub": "u-1", "name": "王丽", "org": "白麓大学", "roles": ["teacher", "expert"]}
        self.twist, self.signer, self.cas_answer = {}, self.key, None
        self.codes, self.tokens, self.url = {}, {}, ""
        self.app = FastAPI()
        for path, method in {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks": self.jwks,
            "/authorize": self.authorize,
            "/userinfo": self.userinfo,
            "/wrapped/userinfo": self.wrapped_userinfo,
            "/cas/login": self.cas_login,
            "/cas/serviceValidate": self.cas_validate,
            "/cas/p3/serviceValidate": self.cas_validate,
        }.items():
            self.app.get(path)(method)
        self.app.post("/token")(self.token)
        self.app.post("/wrapped/token")(self.wrapped_token)

    def discovery(self):
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"} | {k: f"{self.url}/{v}" for k, v in ends.items()}

    def jwks(self):
        return {"keys": [self.key.as_dict(private=False, alg="RS256", use="sig")]}

    def authorize(self, request: Request):
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def _take(self, request, form):
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}" and form.get("client_secret") != SECRET:
            return None
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return None
        if "code_challenge" in asked:
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
                return None
        token = secrets.token_urlsafe(8)
        self.tokens[token] = dict(self.facts)
        return asked, token

    async def token(self, request: Request):
        found = self._take(request, dict(await request.form()))
        if found is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        asked, token = found
        at = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": self.facts["sub"], "iat": at, "exp": at + 60}
        claims |= {"nonce": asked["nonce"]} | self.twist
        signed = jwt.encode({"alg": "RS256"}, claims, self.signer)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def userinfo(self, request: Request):
        return self.tokens[request.headers["authorization"].removeprefix("Bearer ")]

    async def wrapped_token(self, request: Request):
        found = self._take(request, dict(await request.form()))
        body = {"access_token": found[1], "token_type": "Bearer", "expires_in": 60} if found else {"error": "x"}
        return {"code": 200, "data": body}

    def wrapped_userinfo(self, access_token: str):
        return {"code": 200, "data": {"user": self.tokens[access_token]}}

    def cas_login(self, service: str):
        ticket = "ST-" + secrets.token_urlsafe(8)
        self.codes[ticket] = service
        return RedirectResponse(f"{service}{'&' if '?' in service else '?'}ticket={ticket}")

    def cas_validate(self, service: str, ticket: str):
        space = 'xmlns:cas="http://www.yale.edu/tp/cas"'
        if self.codes.pop(ticket, None) != service:
            body = '<cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure>'
        else:
            facts = "".join(f"<cas:roles>{r}</cas:roles>" for r in self.facts["roles"])
            facts += f"<cas:name>{self.facts['name']}</cas:name><cas:org>{self.facts['org']}</cas:org>"
            body = f"<cas:authenticationSuccess><cas:user>{self.facts['sub']}</cas:user><cas:attributes>{facts}</cas:attributes></cas:authenticationSuccess>"
        said = f"<cas:serviceResponse {space}>{body}</cas:serviceResponse>"
        return Response(self.cas_answer or said, media_type="application/xml")


@contextmanager
def running():
    made = Provider()
    server = uvicorn.Server(uvicorn.Config(made.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        made.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield made
    finally:
        server.should_exit = True
        thread.join()
