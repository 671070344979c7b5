"""Asks a language model for candidates, through any endpoint that speaks OpenAI's protocol of chat completions."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import IO, Any

from practicum import settings
from practicum.errors import CodedError
from practicum.propose.candidate import schema

MAX_ANSWER = 4 << 20
"""The most bytes of an answer."""
_CHUNK = 1 << 16
_PATH = "/chat/completions"
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)\n\s*```", re.S)

INSTRUCTIONS = """
You write questions for a course in which every answer is settled by running code. For each question you give Python
code and a form of proof, and mark the options that are right. Every distractor must be false on every run, and should
be what a learner with a typical misconception would answer. The code must be deterministic, run in under a second, and
use neither network nor files. Give each option feedback, and each question a hint that does not reveal the answer.
Answer with JSON alone, which must match this JSON Schema:
""".strip()


class ModelError(CodedError):
    """A language model gave no answer that can be used.

    Codes: `no-model`, `model-not-reachable`, `model-timeout`, `model-refused`, `model-answer-too-long`,
    `model-answer-not-json`.
    """


@dataclass(frozen=True)
class Endpoint:
    """Where a language model answers."""

    url: str
    model: str
    key: str = field(default="", repr=False)


def endpoint() -> Endpoint:
    """Return the endpoint of the settings.

    Raises:
        ModelError: None is named.
        InvalidSetting: The URL is not one of HTTP.
    """
    url, model = settings.model_url(), settings.model_name()
    if not url or not model:
        missing = settings.MODEL_URL if not url else settings.MODEL
        raise ModelError("no-model", f"No language model is named. Set {missing}, or use --from with a file.")
    return Endpoint(url if url.endswith(_PATH) else url.rstrip("/") + _PATH, model, settings.model_key() or "")


def ask(where: Endpoint, topic: str, count: int, seconds: float) -> str:
    """Return the JSON text that a model answers to the request for candidates on a topic.

    Args:
        where: The model.
        topic: What the questions are about.
        count: How many are asked for.
        seconds: The time in which the whole answer must arrive.

    Raises:
        ModelError: There is no answer, or it is not JSON. The message never contains the key.
    """
    body = json.dumps({"model": where.model, "messages": _messages(topic, count), "stream": False})
    try:
        return _json_of(_content(_post(where, body.encode(), seconds)))
    except ModelError as error:
        raise ModelError(error.code, _without_key(error.message, where.key)) from None


def _messages(topic: str, count: int) -> list[dict[str, str]]:
    instructions = f"{INSTRUCTIONS}\n{json.dumps(schema(), ensure_ascii=False)}"
    return [
        {"role": "system", "content": instructions},
        {"role": "user", "content": f"Write {count} questions about: {topic}"},
    ]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key would go along, to wherever it leads."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def _post(where: Endpoint, body: bytes, seconds: float) -> bytes:
    """The body of the answer to a request."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    headers |= {"Authorization": f"Bearer {where.key}"} if where.key else {}
    request = urllib.request.Request(where.url, body, headers, method="POST")
    deadline = time.monotonic() + seconds
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=seconds) as answer:
            return _read(answer, deadline)
    except urllib.error.HTTPError as error:
        detail = error.read(500).decode("utf-8", "replace").strip()
        raise ModelError("model-refused", f"The model answered with status {error.code}: {detail}") from None
    except TimeoutError:
        raise _timeout(seconds) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _timeout(seconds) from None
        raise ModelError("model-not-reachable", f"{where.url} cannot be reached: {error.reason}.") from None
    except (OSError, HTTPException, ValueError) as error:
        raise ModelError("model-not-reachable", f"{where.url} cannot be reached: {error}.") from None


def _timeout(seconds: float) -> ModelError:
    return ModelError("model-timeout", f"The model did not answer within {seconds:g} s. Allow more with --wait.")


def _read(answer: Any, deadline: float) -> bytes:
    """The whole body, if it arrives in time: a slow one would otherwise renew the time with each byte."""
    body = b""
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise ModelError("model-answer-too-long", f"The model's answer has more than {MAX_ANSWER >> 20} MiB.")
        if time.monotonic() > deadline:
            raise TimeoutError
    return body


def _content(body: bytes) -> str:
    """The text of the first choice."""
    try:
        content: object = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        content = None
    if isinstance(content, str):
        return content
    message = f"The answer is not a chat completion: {body[:200].decode('utf-8', 'replace')}"
    raise ModelError("model-answer-not-json", message)


def _json_of(content: str) -> str:
    """The JSON in a text, which models like to put into a fence or between sentences."""
    start = min((at for at in (content.find("{"), content.find("[")) if at >= 0), default=0)
    end = max(content.rfind("}"), content.rfind("]")) + 1
    for text in (content, *(fence[1] for fence in _FENCED.finditer(content)), content[start:end]):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            continue
        return text
    raise ModelError("model-answer-not-json", f"The model's answer is not JSON: {content[:200]}")


def _without_key(message: str, key: str) -> str:
    """A message in which a server's answer may have repeated the key."""
    return message.replace(key, "…") if key else message
