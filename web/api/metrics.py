"""`/metrics`: figures for Prometheus, for those who run the site."""

from ipaddress import ip_address

from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from app.errors import Forbidden
from app.settings import LOOPBACK
from web.api.operation import Call, operation
from web.cookies import credentials

MAY_READ = {"operator", "admin"}
HANDED_ON = ("forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
"""Headers of requests that did not begin where they seem to come from."""


@operation(
    "Figures for Prometheus",
    gives={200: str},
    refuses=(401, 403),
    for_everybody=True,
    media_type=CONTENT_TYPE_PLAIN_0_0_4,
)
async def show(call: Call) -> Response:
    """For operators and admins; from the machine itself without signing in. Holds nothing that people wrote."""
    shows_who = credentials(call.request.scope).any
    if (shows_who or not is_from_here(call.request)) and call.who.role not in MAY_READ:
        raise Forbidden("Only for those who run the site.")
    encode, media_type = choose_encoder(call.request.headers.get("accept", ""))
    return Response(encode(_Told(await call.node.metrics())), media_type=media_type)


def is_from_here(request: Request) -> bool:
    """Whether a request was made on this machine.

    What a reverse proxy hands on comes from this machine too, but it says so, or asks for another host.
    """
    client = request.client
    if client is None or any(name in request.headers for name in HANDED_ON):
        return False
    try:
        return ip_address(client.host).is_loopback and request.url.hostname in LOOPBACK
    except ValueError:
        return False


class _Told(Collector):
    """Figures that are collected already, where the library asks for a registry."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics
