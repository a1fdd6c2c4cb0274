"""The process that draws images anew: an image on its standard input, a preview on its standard output.

A process of its own, since decoders are where images do harm: what one of them does to it, or takes of memory and
time, stays here. It imports nothing of ours but this file, and nothing is kept of the image but its pixels.
"""

import io
import resource
import struct
import sys
import warnings

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 50_000_000
"""Pixels of an image: a large camera's."""
LARGEST_SIDE = 1280
"""Pixels of a preview's longer side."""
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space: decoded, the largest image takes 200 MB, and some steps two of them."""
CPU_SECONDS = 10
QUALITY = 80
MEASURES = struct.Struct("!HH")
"""Width and height, before the preview."""


def main() -> None:
    """Read, draw, write; exits with 1 for what is no image, or none that is drawn."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        preview = redrawn(sys.stdin.buffer.read())
    except Exception:
        sys.exit(1)
    sys.stdout.buffer.write(preview)


def redrawn(image: bytes) -> bytes:
    """Measures and preview (WebP) of an image, of several pictures the first. Raises whatever is wrong with it."""
    from PIL import Image, ImageOps

    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(image), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        # A JPEG is decoded at a fraction of its size where that is enough.
        opened.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
        opened.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        pixels = upright.convert("RGBA" if has_alpha else "RGB")
    clean = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
    written = io.BytesIO()
    clean.save(written, "WEBP", quality=QUALITY, method=4)
    return MEASURES.pack(*clean.size) + written.getvalue()


if __name__ == "__main__":
    main()
