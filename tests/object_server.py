"""A real S3 API on loopback for the tests of the blob store."""

import http.client
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from tests.servers import OwnServer


class S3Server(OwnServer):
    """moto's server: it answers as S3 does and keeps everything in memory."""

    name = "s3"
    gentle_signal = signal.SIGTERM

    def __init__(self) -> None:
        super().__init__()
        # It is the tests' own Python, which another account may not be able to read.
        self._account = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to use it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
        }

    def create_bucket(self, name: str) -> str:
        """An empty bucket; gives back the address of a folder in it, as the settings take it."""
        self._ask("PUT", f"/{quote(name)}")
        return f"s3://{name}/parley"

    def unfinished(self, bucket: str) -> str:
        """What S3 says of transfers in parts that were begun and neither completed nor ended."""
        return self._ask("GET", f"/{quote(bucket)}?uploads")

    def _ask(self, method: str, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers={"Host": "s3.amazonaws.com"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        return text

    def _command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/moto-api/")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()
