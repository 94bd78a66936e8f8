"""Only this machine is answered, and only by its own name."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from service.guard import LoopbackGuard
from service.hosts import host_of, is_loopback
from tests.service.ground import Caller


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "[::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "map.localhost",
        "::ffff:127.0.0.1",
    ],
)
def test_this_machine_is_known_by_its_names(host: str):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "192.168.1.5",
        "10.0.0.1",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::]",
        "::ffff:10.0.0.1",
    ],
)
def test_what_others_can_reach_or_name_is_not_this_machine(host: str):
    assert not is_loopback(host)


@given(st.text())
def test_any_text_is_a_host_or_none(text: str):
    assert is_loopback(host_of(text)) in {True, False}


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("127.0.0.1:8501", "127.0.0.1"),
        ("localhost", "localhost"),
        ("[::1]:8501", "[::1]"),
        ("[::1]", "[::1]"),
        ("::1", "::1"),
        ("evil.example:8501", "evil.example"),
        ("a:b", "a:b"),
    ],
)
def test_the_port_is_taken_off_a_host_header(header: str, host: str):
    assert host_of(header) == host


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


APP = Starlette(routes=[Route("/", hello), WebSocketRoute("/ws", talk)], middleware=[Middleware(LoopbackGuard)])


def websocket(*hosts: str) -> list[Message]:
    """Open a websocket that names its host so; return what the server sends."""
    sent: list[Message] = []
    scope = {"type": "websocket", "path": "/ws", "headers": [(b"host", host.encode()) for host in hosts]}

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(APP(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501"])
def test_a_request_by_this_machines_name_is_answered(host: str):
    assert Caller(APP, f"http://{host}").get("/").text == "hello"
    assert [message["type"] for message in websocket(host)][:2] == ["websocket.accept", "websocket.send"]


def test_a_page_whose_name_was_made_to_point_here_gets_no_answer():
    answer = Caller(APP, "http://evil.example:8501").get("/")
    assert answer.status_code == 421
    assert "127.0.0.1" in answer.text
    assert [message["type"] for message in websocket("evil.example:8501")] == ["websocket.close"]


def test_a_request_without_a_host_or_with_two_is_refused():
    assert Caller(APP).get("/", host="").status_code == 421
    assert [message["type"] for message in websocket()] == ["websocket.close"]
    assert [message["type"] for message in websocket("127.0.0.1", "evil.example")] == ["websocket.close"]
