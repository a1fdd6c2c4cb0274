"""What the tests of the pages and of the API share."""

import pytest

from app.site import Site
from tests.nodes import RunningNode


@pytest.fixture
def site(node: RunningNode) -> Site:
    """The node's site."""
    return node.site
