"""Attacks from other pages, other servers and other names, all refused."""

from __future__ import annotations

import json
import socket

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from hubel.playground import _server
from hubel.playground._frame import unpack
from hubel.playground._messages import LARGEST
from hubel.playground._server import Desk, application, bind, names
from tests.playground.rooms import Counting

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def desk():
    return Desk({"points": Counting, "cells": Counting})


@pytest.fixture
def client(desk):
    app = application(desk, names("127.0.0.1", 8000))
    return TestClient(app, base_url=ORIGIN, headers={"host": HOST})


def hello(desk, **more):
    first = {"type": "hello", "version": 1, "token": desk.token}
    return json.dumps({**first, **more})


def opened(client, **headers):
    return client.websocket_connect("/ws", headers={"origin": ORIGIN, **headers})


def test_a_page_of_ours_is_served_and_talks(client, desk):
    answer = client.get("/")
    assert answer.status_code == 200
    with opened(client) as socket:
        socket.send_text(hello(desk))
        assert socket.receive_json()["type"] == "welcome"
        frame = unpack(socket.receive_bytes())
        assert frame.sequence == 1
        socket.send_text('{"type": "ask"}')
        assert socket.receive_json() == {"type": "count", "count": 0}


def test_every_answer_says_what_the_page_may_do(client):
    for path in ("/", "/static/nothing.js"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "ws://127.0.0.1:8000" in headers["content-security-policy"]
        assert "[" not in headers["content-security-policy"]  # browsers refuse those
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:8001", "localhost:80", "", f"{HOST}.evil"],
)
def test_another_name_is_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 403
    with pytest.raises(WebSocketDisconnect), opened(client, host=host):
        pass


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:8001", "null", "https://127.0.0.1:8000"],
)
def test_another_page_is_refused(client, origin):
    assert client.get("/", headers={"origin": origin}).status_code == 403
    with pytest.raises(WebSocketDisconnect), opened(client, origin=origin):
        pass


def test_no_origin_is_refused(client):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws"):
        pass


def test_names_are_written_as_browsers_do():
    local = {"127.0.0.1", "localhost", "[::1]"}
    assert names("127.0.0.1", 80) == local
    assert names("Desk.Local", 81) == {f"{n}:81" for n in {*local, "desk.local"}}


def test_a_browser_may_ask_before_the_server_has_begun():
    listening = bind("127.0.0.1", 0)
    with listening, socket.create_connection(listening.getsockname(), timeout=5):
        pass


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_reading_goes_over_http(client, method):
    assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize(
    "path", ["/static/../_server.py", "/static/%2e%2e/_server.py", "/_server.py"]
)
def test_no_other_file_is_served(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "first",
    [
        "",
        "{}",
        "[]",
        "not json",
        '{"type": "hello"}',
        '{"type": "hello", "version": 1, "token": ""}',
        '{"type": "hello", "version": 1, "token": null}',
        '{"type": "hello", "version": 1, "token": "wröng"}',
        '{"type": "hello", "version": 1, "token": "\\ud800"}',
        '{"type": "run", "on": true}',
        "[" * 50_000,
    ],
)
def test_a_wrong_first_message_ends_it(client, first):
    with opened(client) as socket:
        socket.send_text(first)
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_json()
    assert caught.value.code == 4401


@pytest.mark.parametrize("more", [{"version": 2}, {"room": "attic"}, {"room": 3}])
def test_a_wrong_hello_with_the_token_ends_it(client, desk, more):
    with opened(client) as socket:
        socket.send_text(hello(desk, **more))
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()


def test_a_first_message_that_never_comes(client, monkeypatch):
    monkeypatch.setattr(_server, "_HELLO", 0.05)
    with opened(client) as socket, pytest.raises(WebSocketDisconnect) as caught:
        socket.receive_json()
    assert caught.value.code == 4401


def test_no_more_pages_than_there_is_room_for(client, desk, monkeypatch):
    monkeypatch.setattr(_server, "SESSIONS", 1)
    with opened(client) as first:
        first.send_text(hello(desk))
        first.receive_json()
        with opened(client) as second:
            second.send_text(hello(desk))
            with pytest.raises(WebSocketDisconnect) as caught:
                second.receive_json()
        assert caught.value.code == 4429


EVIL = [
    "",
    "null",
    "3",
    "{}",
    '{"type": 3}',
    '{"type": "eval", "code": "1"}',
    '{"type": "ask", "x": NaN}',
    '{"type": "ask", "x": 1e999}',
    '{"type": "ask", "x": ' + "[" * 200 + "]" * 200 + "}",
    '{"type": "ask", "x": "' + "y" * LARGEST + '"}',
    '{"type": "ack", "seq": "one"}',
    '{"type": "ack", "seq": 99999999}',
    '{"type": "\\ud800"}',
]


def test_ten_thousand_hostile_messages_change_nothing(client, desk, monkeypatch):
    monkeypatch.setattr(_server, "_RATE", 1e9)
    with opened(client) as socket:
        socket.send_text(hello(desk))
        assert socket.receive_json()["type"] == "welcome"
        socket.receive_bytes()
        for number in range(10_000):
            socket.send_text(EVIL[number % len(EVIL)])
        socket.send_text('{"type": "ask"}')
        while True:
            reply = socket.receive_json()
            if reply["type"] != "error":
                break
            assert len(json.dumps(reply)) < 1500
    assert reply == {"type": "count", "count": 0}


def test_bytes_are_no_message(client, desk):
    with opened(client) as socket:
        socket.send_text(hello(desk))
        socket.receive_json()
        socket.send_bytes(b"\x00" * 100)
        while socket.receive()["type"] != "websocket.close":
            pass
