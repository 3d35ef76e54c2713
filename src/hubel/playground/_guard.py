"""Who may talk to the server: pages that it served itself, on this machine.

A browser sends requests to the loopback for any page that asks for it, so that "only
this machine" is no protection by itself. What is: the name in ``Host`` must be one of
ours (against DNS rebinding), a WebSocket's ``Origin`` must be one of ours (against
other pages and other local servers), nothing but reading goes over HTTP, and the first
message on a WebSocket carries a token that only the page we opened knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Guard:
    """Refuses what does not come from a page of this server.

    Parameters
    ----------
    app : callable
        The ASGI application behind.
    hosts : frozenset of str
        The values of ``Host`` that name this server, with the port.
    scheme : str
        ``"http"``: what the origins of its pages begin with.
    """

    app: App
    hosts: frozenset[str]
    scheme: str = "http"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        kind = scope["type"]
        if kind == "lifespan":
            await self.app(scope, receive, send)
        elif kind == "websocket":
            if self._is_ours(scope):
                await self.app(scope, receive, send)
            else:
                await receive()  # the request to connect
                await send({"type": "websocket.close", "code": 4403})
        elif (refusal := self._refusal(scope)) is not None:
            await _refuse(send, *refusal)
        else:
            await self.app(scope, receive, self._with_headers(send))

    def _is_ours(self, scope: Scope) -> bool:
        """Whether a page of this server asks for a WebSocket."""
        host, origin = _only(scope, b"host"), _only(scope, b"origin")
        origins = {f"{self.scheme}://{name}" for name in self.hosts}
        return host in self.hosts and origin in origins

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return why a request is refused; None if it is not."""
        if _only(scope, b"host") not in self.hosts:
            return 403, "This server answers to its own name alone."
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "Only reading goes over HTTP."
        origin = _values(scope, b"origin")
        if origin and origin[0] not in {f"{self.scheme}://{h}" for h in self.hosts}:
            return 403, "Another page may not read from here."
        return None

    def _with_headers(self, send: Send) -> Send:
        """Add what keeps a page to itself to every answer."""
        headers = _headers(self.hosts)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message.get("headers", []), *headers]
                message = {**message, "headers": given}
            await send(message)

        return sending


def policy(hosts: frozenset[str]) -> str:
    """Return the content security policy of the pages.

    Safari takes ``'self'`` for HTTP alone, so the WebSockets are named, but for those
    at an IPv6 address, for which a policy has no words.
    """
    named = [host for host in sorted(hosts) if not host.startswith("[")]
    sockets = " ".join(f"ws://{host}" for host in named)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data: blob:; connect-src 'self' {sockets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _headers(hosts: frozenset[str]) -> list[tuple[bytes, bytes]]:
    named = {
        "content-security-policy": policy(hosts),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-cache",
    }
    return [(name.encode(), value.encode()) for name, value in named.items()]


def _values(scope: Scope, name: bytes) -> list[str]:
    """Return every value of a header."""
    return [v.decode("latin-1") for key, v in scope["headers"] if key.lower() == name]


def _only(scope: Scope, name: bytes) -> str:
    """Return the value of a header that is there exactly once; else nothing."""
    found = _values(scope, name)
    return found[0] if len(found) == 1 else ""


async def _refuse(send: Send, status: int, reason: str) -> None:
    """Answer a request with why it is refused."""
    body = f"{reason}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
