"""A site on SQLite, behind all checks and with no pages of ours."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from tests.web.checks.small_app import client_of, small_app


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests ask nothing that differs between databases."""
    return sqlite_url


@pytest.fixture
def site(settings: Settings, database: Database) -> Site:
    """A site without a node."""
    return Site(settings, database, lambda events: None, Throttle())


@pytest.fixture
def app(site: Site) -> Starlette:
    """The small application."""
    return small_app(site)


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client over plain http."""
    async with client_of(app) as client:
        yield client
