"""The tests' own Redis and PostgreSQL can be frozen, killed and started again without moving."""

from collections.abc import Callable, Iterator

import pytest

from tests.servers import OwnServer, PostgresServer, RedisServer


@pytest.fixture(params=[RedisServer, PostgresServer])
def server(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server of its own for one test."""
    create: Callable[[], OwnServer] = request.param
    server = create()
    server.start()
    yield server
    server.remove()


def test_server_comes_back_on_its_port(server: OwnServer) -> None:
    """After a kill and after an orderly end it answers again at the same address."""
    url = server.url
    server.kill()
    server.start()
    server.restart()
    assert server.url == url


def test_frozen_server_can_be_ended(server: OwnServer) -> None:
    """SIGSTOP keeps nobody from tidying up."""
    server.freeze()
    server.stop()
    server.start()
