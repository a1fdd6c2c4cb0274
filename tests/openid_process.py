"""The provider of the tests, started and told whom to let in."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.openid_provider import CLIENT, CLIENT_SECRET
from tests.servers import free_port
from tests.waiting import PATIENCE, wait_blocking

ROOT = Path(__file__).parents[1]


class OpenIdProvider:
    """A running provider."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What a site needs to know of it."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_label": "School",
        }

    def start(self) -> None:
        """Serve; returns when it answers."""
        command = [sys.executable, "-m", "tests.openid_provider", str(self.port)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        wait_blocking(self._answers, "the provider answers", 30)

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def tell(self, **given: Any) -> dict[str, int]:
        """Say whom it lets in, and how its answers are twisted; what it was asked for so far."""
        answer = httpx.post(f"{self.issuer}/control", json=given, timeout=PATIENCE)
        counts: dict[str, int] = answer.json()
        return counts

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.issuer}/jwks", timeout=PATIENCE).status_code == 200
        except httpx.HTTPError:
            return False
