"""Images by the API: what is shown of them is drawn anew."""

import io

from PIL import Image

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.bringing import upload
from tests.web.described import api


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
