"""Files by the API: brought, and had again whole or in part; limits, odd forms and odd names."""

from typing import Any

import pytest

from app.site import Site
from store.columns import new_id
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.bringing import SMALL, sent, stored, upload
from tests.web.described import api


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
