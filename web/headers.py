"""What every answer tells the browser about how carefully to treat it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.cookies import is_secure

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # The badge on the favicon is drawn by the page itself.
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types parley",
    )
)

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OF_DOCUMENTS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
NO_DOCUMENTS = ("text/css", "text/javascript")
"""What a page is made of in dozens of small files, for which those have no meaning."""
FILES = "/api/attachments/"
FILE_POLICY = "default-src 'none'; sandbox"
"""For what strangers have brought: even opened by itself it can do nothing, and is of no origin."""
STRICT_TRANSPORT = "max-age=31536000"
CACHED_FOR_EVER = "/static/"


class Headers:
    """Adds the security headers; keeps everything but static files out of every cache."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with `send` adding the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope, message["status"])
            await send(message)

        await self.app(scope, receive, send_with_headers)


def protect(headers: MutableHeaders, scope: Scope, status: int) -> None:
    """Put the security headers on an answer with this `status` to the request `scope`."""
    headers.update(ALWAYS)
    if not headers.get("Content-Type", "").startswith(NO_DOCUMENTS):
        headers.update(OF_DOCUMENTS)
    if scope["path"].startswith(FILES):
        headers["Content-Security-Policy"] = FILE_POLICY
    if is_secure(scope):
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    is_static = scope["path"].startswith(CACHED_FOR_EVER) and status < 400
    is_private = scope.get("state", {}).get("who") is not None
    if not is_static and (is_private or "Cache-Control" not in headers):
        headers["Cache-Control"] = "no-store"
