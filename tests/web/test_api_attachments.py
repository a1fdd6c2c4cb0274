"""Files by the API: brought, carried by messages and replies, and had by whoever sees their entry."""

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.described import api

SMALL = b"Dear all,\nthis is a file.\n"


async def test_a_file_is_brought_and_had(node: RunningNode, site: Site) -> None:
    """Its name is kept, what it is is found out, and its bytes are the same; nobody else sees it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        brought = await upload(client, "Été «1».txt", SMALL)
        assert brought.status_code == 201
        assert brought.json() == {
            "id": brought.json()["id"],
            "name": "Été «1».txt",
            "size": len(SMALL),
            "media_type": "text/plain",
        }
        url = f"/api/attachments/{brought.json()['id']}"
        assert brought.headers["location"] == url
        had = await client.get(url)
        assert (had.status_code, had.content, had.headers["content-type"]) == (200, SMALL, "text/plain")
        assert had.headers["content-disposition"] == (
            "attachment; filename=\"_t_ _1_.txt\"; filename*=UTF-8''%C3%89t%C3%A9%20%C2%AB1%C2%BB.txt"
        )
        assert had.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert had.headers["x-content-type-options"] == "nosniff"
        head = await client.head(url)
        assert (head.headers["content-length"], head.content) == (str(len(SMALL)), b"")
        assert (await other.get(url)).status_code == 404
        assert (await client.get(f"{url}/preview")).status_code == 404


RANGES: list[tuple[str, int, bytes]] = [
    ("bytes=0-3", 206, SMALL[:4]),
    ("bytes=5-", 206, SMALL[5:]),
    ("bytes=-6", 206, SMALL[-6:]),
    ("bytes=3-9999", 206, SMALL[3:]),
    ("bytes=-9999", 206, SMALL),
    ("bytes=0-1,4-5", 200, SMALL),
    ("bytes=9-3", 200, SMALL),
    ("bytes=-", 200, SMALL),
    ("lines=1-2", 200, SMALL),
    ("bytes=9999-", 416, b""),
    ("bytes=-0", 416, b""),
]


async def test_ranges(node: RunningNode, site: Site) -> None:
    """A download that broke off goes on where it stopped."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        url = f"/api/attachments/{(await upload(client, 'a.txt', SMALL)).json()['id']}"
        for asked, status, content in RANGES:
            had = await client.get(url, headers={"Range": asked})
            assert had.status_code == status, asked
            if status != 416:
                assert had.content == content, asked
        part = await client.get(url, headers={"Range": "bytes=2-4"})
        assert part.headers["content-range"] == f"bytes 2-4/{len(SMALL)}"
        assert (await client.get(url, headers={"Range": "bytes=99-"})).headers["content-range"] == (
            f"bytes */{len(SMALL)}"
        )
        tag = part.headers["etag"]
        for if_range, status in ((tag, 206), ('"other"', 200)):
            again = await client.get(url, headers={"Range": "bytes=2-4", "If-Range": if_range})
            assert again.status_code == status


async def test_the_same_content_is_stored_once(node: RunningNode, site: Site) -> None:
    """Whoever brings it, under whatever name."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        await upload(client, "one.txt", SMALL)
        await upload(client, "two.txt", SMALL)
        last = await upload(other, "three.txt", SMALL)
        assert len(stored(site)) == 1
        assert (await other.get(last.headers["location"])).content == SMALL


async def test_a_draft_and_a_reply_carry_files(node: RunningNode, site: Site) -> None:
    """They are in the draft, in the entries and for everybody who sees these, also after the writer has left."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        one, two, three = [(await upload(client, f"{name}.txt", name.encode())).json() for name in "abc"]
        draft = await client.post(
            "/api/messages",
            json={
                "subject": "Plans",
                "body": "See below",
                "to": [{"person": bob.person_id}],
                "attachments": [two["id"], one["id"]],
            },
        )
        assert draft.json()["attachments"] == [two, one]
        room = draft.json()["id"]
        changed = await client.patch(
            f"/api/messages/{room}", json={"attachments": [one["id"]]}, headers={"If-Match": '"1"'}
        )
        assert changed.json()["attachments"] == [one]
        assert (await other.get(f"/api/attachments/{one['id']}")).status_code == 404
        await client.post(f"/api/messages/{room}/send")
        reply = {"client_id": "r", "body": "And this", "attachments": [three["id"]]}
        assert (await client.post(f"/api/discussions/{room}/replies", json=reply)).status_code == 201
        assert (await client.post(f"/api/discussions/{room}/replies", json=reply)).status_code == 200
        reply["attachments"] = [two["id"]]
        reused = await client.post(f"/api/discussions/{room}/replies", json=reply)
        assert reused.json()["code"] == "client_id_reused"
        await client.post(f"/api/discussions/{room}/stop")
        entries = (await other.get(f"/api/discussions/{room}/entries")).json()["items"]
        assert [entry["attachments"] for entry in entries] == [[one], [three], []]
        assert (await other.get(f"/api/attachments/{three['id']}")).content == b"c"
        # Who has left sees no entry, and nothing that an entry carries.
        assert (await client.get(f"/api/attachments/{three['id']}")).status_code == 404
        assert (await client.get(f"/api/attachments/{two['id']}")).content == b"b"


async def test_forwarding_what_one_sees(node: RunningNode, site: Site) -> None:
    """The same attachment goes into another message, not a copy of it; and no longer once one does not see it."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with (
        await api(node, alice) as client,
        await api(node, bob) as other,
        await api(node, carol) as third,
    ):
        file = (await upload(client, "a.txt", SMALL)).json()
        room = await sent(client, [bob], [file["id"]])
        refused = await third.post("/api/messages", json={"attachments": [file["id"]]})
        assert refused.json()["errors"][0]["code"] == "not_found"
        forwarded = await sent(other, [carol], [file["id"]])
        assert (await third.get(f"/api/attachments/{file['id']}")).content == SMALL
        kept = {"body": "later", "to": [{"person": carol.person_id}], "attachments": [file["id"]]}
        draft = (await other.post("/api/messages", json=kept)).json()["id"]
        for left in (room, forwarded):
            await other.post(f"/api/discussions/{left}/stop")
        late = await other.post(f"/api/messages/{draft}/send")
        assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "attachments")


async def test_limits(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Of a file, of what one reply carries, and of all that a person has brought: each has its own answer."""
    node = await node_factory(sqlite_url, attachment_mib=1, attachments=2, attachments_mib=1, person_mib=2)
    alice, bob = await factories.people(node.site, "alice", "bob")
    mebibyte = 1024 * 1024
    async with await api(node, alice) as client:
        for size in (mebibyte + 1, 3 * mebibyte):
            large = await upload(client, "large", b"x" * size)
            assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
            assert large.json()["most"] == mebibyte
        assert not list((node.settings.data / "incoming").glob("*"))
        whole = (await upload(client, "whole", b"x" * mebibyte)).json()["id"]
        bit = (await upload(client, "bit", b"y")).json()["id"]
        more = (await upload(client, "more", b"z")).json()["id"]
        room = await sent(client, [bob], [bit])
        for files, code in (
            ([whole, bit], "too_large"),
            ([bit, more, whole], "too_many"),
            ([bit, bit], "repeated"),
            ([new_id()], "not_found"),
            (["no id"], "not_found"),
        ):
            reply = {"client_id": "r", "body": "x", "attachments": files}
            for refused in (
                await client.post(f"/api/discussions/{room}/replies", json=reply),
                await client.post("/api/messages", json={"attachments": files}),
            ):
                assert refused.status_code == 422
                assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("attachments", code)]
        full = await upload(client, "full", b"x" * mebibyte)
        assert (full.status_code, full.json()["code"], full.json()["most"]) == (
            422,
            "files_full",
            2 * mebibyte,
        )
        # What cannot be kept is not there either, and what was there already still is.
        assert len(stored(node.site)) == 3
        assert (await client.get(f"/api/attachments/{whole}")).content == b"x" * mebibyte


async def test_what_is_no_file(node: RunningNode, site: Site) -> None:
    """A typed answer for every form that is none."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        for given, status in (
            ({"json": {}}, 415),
            ({"data": {"file": "x"}}, 415),
            ({"files": {"other": ("a", b"x")}}, 422),
            ({"files": {"file": (None, b"x")}}, 422),
            ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
            ({"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}}, 400),
            (
                {
                    "content": b"--y\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nbroken of",
                    "headers": {"Content-Type": "multipart/form-data; boundary=y"},
                },
                400,
            ),
        ):
            arguments: dict[str, Any] = given
            refused = await client.post("/api/attachments", **arguments)
            assert refused.status_code == status, given
        assert stored(site) == []


async def test_images_have_previews(node: RunningNode, site: Site) -> None:
    """Drawn anew: smaller, without what else was in the file; what only claims to be an image has none."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        picture = await upload(client, "photo.jpg", photograph())
        assert (picture.json()["media_type"], picture.json()["width"], picture.json()["height"]) == (
            "image/jpeg",
            640,
            1280,
        )
        seen = await client.get(f"{picture.headers['location']}/preview")
        assert seen.headers["content-type"] == "image/webp"
        assert "content-disposition" not in seen.headers
        drawn = Image.open(io.BytesIO(seen.content))
        assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("WEBP", (640, 1280), {})
        # The second time nothing is drawn, and the answer is the same.
        again = (await upload(client, "photo.jpg", photograph())).json()
        assert again | {"id": ""} == picture.json() | {"id": ""}
        for name, content in (
            ("a.png", b"<script>alert(1)</script>"),
            ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 200),
            ("bomb.png", bomb()),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ):
            other = await upload(client, name, content)
            assert "width" not in other.json(), name
            assert (await client.get(f"{other.headers['location']}/preview")).status_code == 404


async def test_missing_bytes(node: RunningNode, site: Site) -> None:
    """If somebody has deleted the folder, the answer says that it is not there now, and nothing is cut off."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        brought = await upload(client, "a.txt", SMALL)
        for path in stored(site):
            path.unlink()
        assert (await client.get(brought.headers["location"])).status_code == 503


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\x\0y", "\u202egpj.exe", "a" * 5000, "", "\ud800"]
)
async def test_names_are_harmless(node: RunningNode, site: Site, name: str) -> None:
    """Whatever a client calls it."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        body = b'--y\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\nx\r\n--y--\r\n'
        brought = await client.post(
            "/api/attachments",
            content=body % name.encode("utf-8", "surrogatepass"),
            headers={"Content-Type": "multipart/form-data; boundary=y"},
        )
        if len(name) > 4096:
            assert brought.status_code == 400
            return
        kept = brought.json()["name"]
        assert kept
        assert not set(kept) & set('/\\\0\u202e"')
        assert (await client.get(brought.headers["location"])).content == b"x"


async def upload(client: httpx.AsyncClient, name: str, content: bytes) -> httpx.Response:
    """A file as a browser brings it."""
    return await client.post("/api/attachments", files={"file": (name, content)}, timeout=30)


async def sent(client: httpx.AsyncClient, to: list[Identity], files: list[str]) -> str:
    """A message that carries these; gives back its discussion."""
    fields = {"body": "See", "to": [{"person": one.person_id} for one in to], "attachments": files}
    draft = (await client.post("/api/messages", json=fields)).json()["id"]
    answer = (await client.post(f"/api/messages/{draft}/send")).json()
    room: str = answer["discussion"]["id"]
    return room


def stored(site: Site) -> list[Path]:
    """Where the site keeps bytes."""
    return [path for path in site.settings.data.rglob("*") if path.is_file()]


def photograph() -> bytes:
    """A camera held upright: turned by a note in the file, which also says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of a friend"
    written = io.BytesIO()
    Image.new("RGB", (3000, 1500), "teal").save(written, "JPEG", exif=exif)
    return written.getvalue()


def bomb() -> bytes:
    """Few bytes that would be very many pixels."""
    written = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    return written.getvalue()
