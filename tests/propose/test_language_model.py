"""Asking a language model, over HTTP, from a server on this machine that speaks the protocol."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from practicum.cli import main
from practicum.propose.language_model import Endpoint, ModelError, ask, endpoint
from tests.propose.chat_server import ChatServer, chat_server, fenced

KEY = "sk-secret-of-the-test"
PATIENCE = 60.0
"""Seconds that no answer of this machine takes."""


@pytest.fixture(scope="module")
def running() -> Iterator[ChatServer]:
    with chat_server() as chat:
        yield chat


@pytest.fixture
def chat(running: ChatServer, monkeypatch: pytest.MonkeyPatch) -> ChatServer:
    """The server, named in the settings, without what it was asked before."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("PRACTICUM_MODEL_URL", running.url)
    monkeypatch.setenv("PRACTICUM_MODEL", "helpful")
    monkeypatch.setenv("PRACTICUM_MODEL_KEY", KEY)
    for recorded in (running.requests, running.keys, running.redirected):
        recorded.clear()
    return running


def test_the_model_is_asked_with_the_schema_and_the_key(chat: ChatServer) -> None:
    chat.answer = '{"candidates": []}'
    answer = ask(endpoint(), "slices of lists", 3, PATIENCE)
    (request,) = chat.requests

    assert answer == chat.answer
    assert chat.keys == [f"Bearer {KEY}"]
    assert request["model"] == "helpful"
    assert '"additionalProperties"' in request["messages"][0]["content"]
    assert "slices of lists" in request["messages"][-1]["content"]
    assert "3" in request["messages"][-1]["content"]


@pytest.mark.parametrize("content", [fenced([{"title": "a"}]), 'Sure: [{"title": "a"}] as asked', '{"a": {"b": "}"}}'])
def test_json_is_found_in_what_models_say(chat: ChatServer, content: str) -> None:
    chat.answer = content
    found = ask(endpoint(), "x", 1, PATIENCE)

    assert found in content
    assert json.loads(found)


@pytest.mark.parametrize(
    ("model", "seconds", "code"),
    [
        ("refusing", PATIENCE, "model-refused"),
        ("redirecting", PATIENCE, "model-refused"),
        ("silent", 0.2, "model-timeout"),
        ("dripping", 0.2, "model-timeout"),
        ("flooding", PATIENCE, "model-answer-too-long"),
        ("empty", PATIENCE, "model-answer-not-json"),
        ("html", PATIENCE, "model-answer-not-json"),
        ("chatty", PATIENCE, "model-answer-not-json"),
    ],
)
def test_what_is_no_answer_is_an_error_without_the_key(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch, model: str, seconds: float, code: str
) -> None:
    """Even if the server repeats the key; and the key follows no redirect."""
    chat.answer = f"I cannot do that, {KEY}."
    monkeypatch.setenv("PRACTICUM_MODEL", model)
    with pytest.raises(ModelError) as caught:
        ask(endpoint(), "x", 1, seconds)

    assert caught.value.code == code
    assert KEY not in str(caught.value) + repr(caught.value) + repr(endpoint())
    assert chat.redirected == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/v1", "https://127.0.0.1:{port}", "http://no.such.host.invalid"]
)
def test_an_address_where_no_one_answers(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ModelError) as caught:
        ask(Endpoint(address.format(port=port), "m"), "x", 1, PATIENCE)

    assert caught.value.code == "model-not-reachable"


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [
        ("PRACTICUM_MODEL_URL", "", "PRACTICUM_MODEL_URL"),
        ("PRACTICUM_MODEL", "", "PRACTICUM_MODEL"),
        ("PRACTICUM_MODEL_URL", "file:///etc/passwd", "PRACTICUM_MODEL_URL"),
        ("PRACTICUM_MODEL_KEY", f"{KEY}\nX: y", "PRACTICUM_MODEL_KEY"),
        ("PRACTICUM_MODEL", "refusing", "401"),
    ],
)
def test_the_command_names_what_is_wrong_and_never_the_key(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch, tmp_path: object, setting: str, value: str, word: str
) -> None:
    monkeypatch.setenv(setting, value)
    result = CliRunner().invoke(main, ["propose", "--ask", "x", "--to", str(tmp_path)])

    assert result.exit_code == 2
    assert word in result.output
    assert KEY not in result.output
