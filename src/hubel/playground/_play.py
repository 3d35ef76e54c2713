"""`hb.play`: start the server and open its page."""

from __future__ import annotations

import ipaddress
import os
import webbrowser
from collections.abc import Callable

from hubel.errors import OptionError
from hubel.playground._worker import Room

ROOMS = ("points", "cells", "images")
"""Their names, in the order of the page."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_EVERY = ("", "0.0.0.0", "::")


def play(
    run: str | os.PathLike[str] | None = None,
    *,
    best: bool = False,
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
    run : path, optional
        The folder of a trained run: the room of images shows what its net makes of
        them, and the room of cells probes its first layer.
    best : bool
        Take the net of the epoch with the highest validation accuracy, not the last.
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
        The room that the page opens in, one of `ROOMS`; by default the first, or the
        last if there is a run.
    tell : callable
        Is given the address of the page, with its token.

    Raises
    ------
    OptionError
        If the address is not the loopback, or not one address, the port is taken, there
        is no such room, or the packages of the extra ``play`` are not there.
    RunError
        If the folder is not that of a run.
    """
    _check_host(host, allow_remote)
    if room and room not in ROOMS:
        raise OptionError(f"no room {room!r}", remedy=f"use one of {', '.join(ROOMS)}")
    try:
        from hubel.playground._server import Desk, bind, names, run_server
    except ModuleNotFoundError as error:
        raise OptionError(
            f"the playground needs the package {error.name}",
            remedy='Install it: pip install "hubel[play]"',
        ) from None
    offered = rooms(run, best=best)
    listening = bind("127.0.0.1" if host == "localhost" else host, port)
    taken = listening.getsockname()[1]
    desk = Desk(offered)
    room = room or ("images" if run is not None else "")
    shown = f"[{host}]" if _is_v6(host) else host
    where = f"&room={room}" if room else ""
    address = f"http://{shown}:{taken}/#t={desk.token}{where}"
    tell(address)
    if browser:
        webbrowser.open(address)
    run_server(desk, listening, names(host, taken))


def _check_host(host: str, allow_remote: bool) -> None:
    """Refuse what others reach unless that is wanted, and what is no one address."""
    if not (host in _LOOPBACK or allow_remote):
        raise OptionError(
            f"{host} may be reached by other machines",
            remedy="leave --host out, or say --allow-remote if that is wanted",
        )
    if host in _EVERY:
        raise OptionError(
            f"{host} stands for every address, and a page has one",
            remedy="give the one that the others call this machine by",
        )


def rooms(
    run: str | os.PathLike[str] | None = None, *, best: bool = False
) -> dict[str, Callable[[], Room]]:
    """Return what makes each room, by its name; the first is where a page begins."""
    from hubel.playground._cells_room import CellsRoom
    from hubel.playground._first_layer import first_filters
    from hubel.playground._images_room import EmptyRoom, ImagesRoom
    from hubel.playground._points_room import PointsRoom
    from hubel.playground._trained import read_trained
    from hubel.playground._words import learned_words

    found = None if run is None else read_trained(run, best=best)
    filters = {} if found is None else {"trained": first_filters(found.model)[0]}

    def cells() -> Room:
        return CellsRoom({"learned": learned_words(), **filters})

    def images() -> Room:
        return EmptyRoom() if found is None else ImagesRoom(found.model, found.samples)

    return dict(zip(ROOMS, (PointsRoom, cells, images), strict=True))


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
