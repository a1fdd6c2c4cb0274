"""What an OpenID provider says is believed only where every claim, and the signature, is right."""

import time
from typing import Any

import pytest

from tests.nodes import RunningNode
from tests.openid_process import OpenIdProvider
from tests.web.providing import identities, node, provider, running_provider, sign_in, to_the_provider

__all__ = ["node", "provider", "running_provider"]


WRONG: dict[str, dict[str, Any]] = {
    "issuer": {"claims": {"iss": "https://other.example.org"}},
    "no issuer": {"without": ["iss"]},
    "audience": {"claims": {"aud": "another-client"}},
    "audiences without us": {"claims": {"aud": ["one", "two"], "azp": "one"}},
    "no audience": {"without": ["aud"]},
    "several audiences and no authorized party": {"claims": {"aud": ["parley-tests", "another"]}},
    "authorized party": {"claims": {"azp": "another-client"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "no expiry": {"without": ["exp"]},
    "issued in the future": {"claims": {"iat": int(time.time()) + 36000, "nbf": int(time.time()) + 36000}},
    "nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"without": ["nonce"]},
    "no subject": {"without": ["sub"]},
    "empty subject": {"claims": {"sub": ""}},
    "subject that is no text": {"claims": {"sub": 7}},
    "access token's hash": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "no signature": {"signed_with": "none"},
    "public key taken for a secret": {"signed_with": "public key as secret"},
    "secret among the public keys": {"signed_with": "secret in the open"},
    "client secret": {"signed_with": "client secret"},
    "another key under the same name": {"signed_with": "another key"},
    "a key that the provider does not have": {"signed_with": "unknown key"},
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_that_is_wrong_lets_nobody_in(
    node: RunningNode, provider: OpenIdProvider, what: str
) -> None:
    """Each claim, and each way to sign that is none, by itself."""
    provider.tell(twist=WRONG[what])
    async with node.client() as client:
        answer = await client.get(await to_the_provider(client))
        assert answer.status_code == 400
        assert "parley" not in client.cookies
        assert (await client.get("/api/session")).status_code == 401
    assert await identities(node.site) == []
    provider.tell(twist={})
    assert (await sign_in(node)).status_code == 303


async def test_several_audiences_with_us_as_the_authorized_party(
    node: RunningNode, provider: OpenIdProvider
) -> None:
    """What the wrong ones differ from."""
    provider.tell(twist={"claims": {"aud": ["parley-tests", "another"], "azp": "parley-tests"}})
    assert (await sign_in(node)).status_code == 303
