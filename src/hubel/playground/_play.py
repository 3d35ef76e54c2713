"""`hb.play`: start the server and open its page."""

from __future__ import annotations

import ipaddress
import webbrowser
from collections.abc import Callable

from hubel.errors import OptionError
from hubel.playground._worker import Room

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def play(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    browser: bool = True,
    allow_remote: bool = False,
    room: str = "",
    tell: Callable[[str], object] = print,
) -> None:
    """Serve the playground until Ctrl-C.

    Parameters
    ----------
    host : str
        Where to listen: the loopback, unless `allow_remote`.
    port : int
        0 takes a free one.
    browser : bool
        Whether to open the page in a browser.
    allow_remote : bool
        Whether `host` may be an address that other machines reach. Whoever has the
        token can then use the page, over a connection that is not encrypted.
    room : str
        The room that the page opens in.
    tell : callable
        Is given the address of the page, with its token.

    Raises
    ------
    OptionError
        If the address is not the loopback, the port is taken, or the packages of the
        extra ``play`` are not there.
    """
    if not (host in _LOOPBACK or allow_remote):
        raise OptionError(
            f"{host} may be reached by other machines",
            remedy="leave --host out, or say --allow-remote if that is wanted",
        )
    try:
        from hubel.playground._server import Desk, bind, names, run
    except ModuleNotFoundError as error:
        raise OptionError(
            f"the playground needs the package {error.name}",
            remedy='Install it: pip install "hubel[play]"',
        ) from None
    listening = bind("127.0.0.1" if host == "localhost" else host, port)
    taken = listening.getsockname()[1]
    desk = Desk(rooms())
    shown = f"[{host}]" if _is_v6(host) else host
    where = f"&room={room}" if room else ""
    address = f"http://{shown}:{taken}/#t={desk.token}{where}"
    tell(address)
    if browser:
        webbrowser.open(address)
    run(desk, listening, names(host, taken))


def rooms() -> dict[str, Callable[[], Room]]:
    """Return what makes each room, by its name; the first is where a page begins."""
    from hubel.playground._points_room import PointsRoom

    return {"points": PointsRoom}


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
