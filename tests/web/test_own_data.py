"""What is one's own: taken away whole as a zip file, from the settings, by the API and by a command; and erased."""

import io
import json
import zipfile
from pathlib import Path

from app import drafts, lists, participants
from app.drafts import Address, DraftFields
from app.site import Identity, Site
from tests import factories
from tests.app.circles import reply
from tests.nodes import RunningNode
from tests.web.html import visitor
from tests.web.test_cli import Run, parley

__all__ = ["parley"]

PNG = factories.picture()


async def test_all_that_is_hers_is_in_it(node: RunningNode, site: Site) -> None:
    """Profile, drafts, discussions as text and JSON with their files, and her words where she is no more."""
    alice, bob = await factories.people(site, "alice", "bob", language="fr")
    left = await _litter(site, alice, bob)
    archive = _opened(await _asked(node, site, alice))
    names = archive.namelist()
    assert names[:3] == ["README.txt", "profile.json", "messages-in-progress.json"]
    folder = next(name.rpartition("/")[0] for name in names if name.endswith("Sortie/discussion.json"))
    assert archive.read(f"{folder}/files/été.png") == PNG
    assert archive.read(f"{folder}/files/été (2).png") == PNG
    assert "Tout le texte" in archive.read(f"{folder}/discussion.txt").decode()
    told = json.loads(archive.read(f"{folder}/discussion.json"))
    assert (told["complete"], [line["body"] for line in told["entries"]]) == (True, ["Tout le texte", "Oui"])
    (words,) = (json.loads(archive.read(name)) for name in names if name.startswith("left/"))
    assert [one["body"] for one in words] == ["Mes mots"]
    assert left not in str(names)
    profile = json.loads(archive.read("profile.json"))
    assert (profile["login"], profile["groups"], profile["lists"][0]["name"]) == ("alice", ["6A"], "Amis")
    assert [one["body"] for one in json.loads(archive.read("messages-in-progress.json"))] == ["Pas fini"]
    assert "Ce qui est à vous" in archive.read("README.txt").decode()


async def test_nothing_of_others_is_in_it(node: RunningNode, site: Site) -> None:
    """Neither their drafts and lists, nor what was said before she came or in rooms that she has left."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, bob, [carol], "Secret before")
    address = [Address("person", alice.person_id)]
    await participants.add(site, bob, room, address, share_history=False)
    gone = await factories.discussion(site, bob, [alice], "Secret where she was")
    await participants.remove(site, bob, gone, alice.person_id)
    await drafts.create(site, bob, DraftFields(body="Secret draft"))
    archive = _opened(await _asked(node, site, alice))
    assert b"Secret" not in b"".join(archive.read(name) for name in archive.namelist())


async def test_erasing_from_the_settings(node: RunningNode, site: Site) -> None:
    """It asks for the password and a tick; then there is no account, and the page says so."""
    alice = await factories.person(site, "alice")
    await factories.give_password(site, alice)
    async with visitor(node, alice) as tab:
        page = await tab.open("/settings/data")
        form = page.one("form", "erase-form")
        page = await tab.submit(form, "", password=factories.PASSWORD)
        assert (tab.response.status_code, "Tick the box" in page.one(id="sure-wrong").text) == (422, True)
        page = await tab.submit(form, "", sure="yes", password="guessed")
        assert (tab.response.status_code, "not your password" in page.one(id="password-wrong").text) == (
            422,
            True,
        )
        page = await tab.submit(form, "", sure="yes", password=factories.PASSWORD)
        assert page.one("h1").text == "Your account is erased"
        await tab.open("/")
        assert tab.path.startswith("/sign-in")


def test_by_the_command_line(parley: Run, tmp_path: Path) -> None:
    """The same zip file, and the same end; nobody is erased by a slip."""
    parley("people", "create", "ann", "Ann Lee")
    assert parley("data", "export", "ann", "ann.zip").stdout == "What is ann's is in ann.zip.\n"
    profile = json.loads(zipfile.ZipFile(tmp_path / "ann.zip").read("profile.json"))
    assert profile["name"] == "Ann Lee"
    assert parley("data", "erase", "ann").returncode == 1
    assert parley("data", "erase", "ann", "--yes").stdout == "ann is erased.\n"
    again = parley("data", "export", "ann", "ann.zip")
    assert (again.returncode, "nobody with the login 'ann'" in again.stderr) == (1, True)
    assert "Ann" not in parley("people", "export").stdout


async def _litter(site: Site, alice: Identity, bob: Identity) -> str:
    """A discussion with two files of one name, a draft, a group, a list; and one that she has left."""
    await factories.group(site, "6A", [alice])
    await lists.create(site, alice, "Amis", [Address("person", bob.person_id)])
    await drafts.create(site, alice, DraftFields(body="Pas fini"))
    files = [(await factories.attachment(site, bob, "été.png", PNG)).id for _ in range(2)]
    room = await factories.discussion(site, bob, [alice], "Tout le texte", subject="Sortie", files=files)
    await reply(site, alice, room, "Oui")
    left = await factories.discussion(site, bob, [alice], "Avant")
    await reply(site, alice, left, "Mes mots")
    await participants.stop(site, alice, left)
    return left


async def _asked(node: RunningNode, site: Site, who: Identity) -> bytes:
    token = await factories.token(site, who)
    async with node.client(token=token) as client:
        answer = await client.get("/api/own-data")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return answer.content


def _opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive
