"""A small OpenID provider for the tests, in a process of its own: `python -m tests.openid_provider PORT`.

It lets everybody in at once as whom `/control` has named, and twists its tokens as `/control` has said.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, CLIENT_SECRET = "parley-tests", "a secret of: the provider & its client"


class State:
    """What the provider knows at the moment."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys = [_key()]
        self.person: dict[str, Any] = {}
        self.twist: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: dict[str, int] = {}


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})


async def describe(request: Request) -> Response:
    """The metadata."""
    state: State = request.app.state.provider
    state.asked["description"] = state.asked.get("description", 0) + 1
    return JSONResponse(
        {
            "issuer": state.issuer,
            "authorization_endpoint": f"{state.issuer}/authorize",
            "token_endpoint": f"{state.issuer}/token",
            "jwks_uri": f"{state.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        | state.twist.get("description", {})
    )


async def jwks(request: Request) -> Response:
    """The public keys, and one that no signature may be checked with."""
    state: State = request.app.state.provider
    state.asked["jwks"] = state.asked.get("jwks", 0) + 1
    secret = OctKey.import_key("a secret that is public", {"kid": "oct"}).as_dict(private=True)
    return JSONResponse({"keys": [*(key.as_dict(private=False) for key in state.keys), secret]})


async def authorize(request: Request) -> Response:
    """Everybody is let in at once."""
    state: State = request.app.state.provider
    asked = dict(request.query_params)
    if asked["client_id"] != CLIENT or asked["code_challenge_method"] != "S256":
        return Response(status_code=400)
    code = secrets.token_urlsafe(16)
    state.codes[code] = asked
    return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 303)


async def token(request: Request) -> Response:
    """A code, once, by the client that asked for it."""
    state: State = request.app.state.provider
    form = {name: str(value) for name, value in (await request.form()).items()}
    asked = state.codes.pop(form.get("code", ""), None)
    basic = base64.b64decode(request.headers.get("authorization", "").partition(" ")[2]).decode()
    verifier = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
    known = basic == f"{CLIENT}:a%20secret%20of%3A%20the%20provider%20%26%20its%20client"
    if (
        not known
        or asked is None
        or asked["redirect_uri"] != form["redirect_uri"]
        or asked["code_challenge"] != verifier.decode().rstrip("=")
    ):
        return JSONResponse({"error": "invalid_grant"}, 400)
    return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": _id_token(state, asked)})


def _id_token(state: State, asked: dict[str, str]) -> str:
    now = int(time.time())
    claims = {
        "iss": state.issuer,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 300,
        "nonce": asked["nonce"],
        **state.person,
        **state.twist.get("claims", {}),
    }
    for name in state.twist.get("without", []):
        claims.pop(name, None)
    signed_with = state.twist.get("signed_with", "RS256")
    key: Any = state.keys[-1]
    if signed_with == "none":
        return f"{_part(json.dumps({'alg': 'none'}))}.{_part(json.dumps(claims))}."
    if signed_with == "public key as secret":
        # By hand: the library itself takes no public key for a secret.
        signed = f"{_part(json.dumps({'alg': 'HS256', 'kid': key.kid}))}.{_part(json.dumps(claims))}"
        seal = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"
    if signed_with == "secret in the open":
        shared = OctKey.import_key("a secret that is public")
        return jwt.encode({"alg": "HS256", "kid": "oct"}, claims, shared, ["HS256"])
    if signed_with == "client secret":
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), ["HS256"])
    kid = key.kid
    if signed_with == "another key":
        key = _key()
    return jwt.encode(
        {"alg": "RS256", "kid": "unknown" if signed_with == "unknown key" else kid}, claims, key
    )


def _part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def control(request: Request) -> Response:
    """Whom it lets in from now on, and how its answers are twisted; what it was asked for so far."""
    state: State = request.app.state.provider
    given = await request.json()
    state.person, state.twist = given.get("person", state.person), given.get("twist", {})
    if given.get("new_key"):
        state.keys = [_key()]
    return JSONResponse(state.asked)


def main() -> None:
    """Serve on loopback."""
    port = int(sys.argv[1])
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", describe),
            Route("/jwks", jwks),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/control", control, methods=["POST"]),
        ]
    )
    app.state.provider = State(f"http://127.0.0.1:{port}")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
