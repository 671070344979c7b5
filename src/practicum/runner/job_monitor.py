"""Follows one job from its start to its end: reads what it sends, keeps the clock and the limits, makes the result."""

from __future__ import annotations

import codecs
import contextlib
import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol

from practicum.model import Failure
from practicum.runner import stop_messages
from practicum.runner.ansi import shown
from practicum.runner.cancellation import Cancellation
from practicum.runner.events import Epoch, Evaluated, OnEvent, Output, RunEvent, Started, Stream
from practicum.runner.inside.transfer import MESSAGE
from practicum.runner.job import ChildGone, FigureImage, Job, Result, ZygoteGone
from practicum.runner.value_decoding import (
    Unreadable,
    count,
    decode,
    duration,
    failure,
    numbers,
    parse,
    refusal,
    traceback,
)

STARTUP = 90.0
"""Seconds before the code begins: in subprocess mode TensorFlow is imported then."""
LAST_WORDS = 0.15
"""Seconds a job out of time gets to say which line it is at."""
AFTER_END = 2.0
"""Seconds for what is still in the pipes when the process has ended."""
FIGURES = 12 << 20
"""Bytes of all figures of a job."""
MAX_FIGURES = 32
MAX_EPOCHS = 10_000
MOST_MEMORY = 1 << 48
"""Bytes that a job may say it has used: no machine has more."""
RELAYED = 256 << 20
"""Bytes of all questions and answers between a job and its check, one way."""

Stop = Literal["time", "memory", "output", "crash", "cancelled", "unavailable"]


class Session(Protocol):
    """A started job: the server's ends of its pipes."""

    immediate: bool
    """Whether what the job has written can be read at once, without waiting for a thread that passes it on."""

    def send(self, data: bytes) -> None: ...
    def wake(self) -> None: ...
    def events(self, timeout: float) -> Iterator[tuple[str, bytes]]: ...
    def ask_where(self) -> None: ...


class Watch:
    """One job's story so far. :meth:`result` follows it to the end.

    With `borrow`, it is the story of a job's check (`examine`).
    """

    def __init__(
        self,
        session: Session,
        job: Job,
        on_event: OnEvent | None = None,
        cancel: Cancellation | None = None,
        borrow: dict[str, object] | None = None,
    ) -> None:
        self._session = session
        self._job = job
        self._on_event = on_event
        self._cancel = cancel
        self._borrow = borrow
        self.said: tuple[str, bytes] | None = None
        """The frame with which it has handed over its turn: `L`, `Q` or `A`. It waits."""
        self.relayed = 0
        self._listens = False
        self._idle = 0.0
        self._silent_since = 0.0
        self._text: dict[Stream, list[str]] = {"stdout": [], "stderr": []}
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in self._text}
        self._frames = bytearray()
        self._values: dict[str, Any] = {}
        self._failure: Failure | None = None
        self._traceback = ""
        self._figures: list[FigureImage] = []
        self._epochs: list[Epoch] = []
        self._written = 0
        self._received = 0
        self._stopped: Stop | None = None
        self._why = ""
        self._traces = b""
        self._opened = time.monotonic()
        self._began: float | None = None
        self._ended: float | None = None
        self._done = False
        self._asked = False
        self._memory_failed = False
        self._exit: int | None = None
        self._memory = 0
        self._seconds = 0.0
        self._open = {"stdout", "stderr", "channel", "report"}

    def result(self, converse: Callable[[Watch], Result | None] | None = None) -> Result:
        """Follow the job to its end. Callbacks run in this thread; what they raise passes through.

        When it has something to ask or waits to be asked, `converse` speaks with it; what that returns is what a
        check says of it. Raises :class:`ZygoteGone` if the warm interpreter died before the job began: it may be run
        again.
        """
        verdict = None
        with self._cancel.calling(self._session.wake) if self._cancel else contextlib.nullcontext():
            self._session.send(self._first_frame())
            self._follow()
            if self.said is not None and converse is not None:
                verdict = converse(self)
        self._drain()
        self._judge()
        return self._result() if verdict is None else self._judged(verdict)

    def speak(self, letter: str, content: bytes) -> tuple[str, bytes] | None:
        """Give the job a frame and its turn, until it speaks itself: its frame, or None when it has ended."""
        if self._over():
            return None
        if self._frames:
            self._stop("crash", stop_messages.unreadable())  # it has spoken out of turn
            return None
        self.said = None
        self._idle += time.monotonic() - self._silent_since
        self._session.send(frame(letter.encode(), content))
        self._follow()
        if self._done and self._listens and letter != "O":
            self._done = False  # it says that it is done while it is asked
            self._stop("crash", stop_messages.unreadable())
        return self.said

    def give_up(self) -> None:
        """Nobody will answer any more: what was asked has ended, and says itself why."""
        self._stop("crash", stop_messages.unreadable())

    def _follow(self) -> None:
        while not self._over() and self.said is None:
            for source, data in self._session.events(self._patience()):
                self._take(source, data)
            self._keep_clock()

    def _judged(self, verdict: Result) -> Result:
        """The job's result with what its check says; what ended the job itself comes first."""
        own = self._result()
        if not own.ok:
            return own
        if verdict.ok:
            return dataclasses.replace(own, values={**own.values, **verdict.values})
        return dataclasses.replace(
            own, failure=verdict.failure, traceback=verdict.traceback, stopped=verdict.stopped, why=verdict.why
        )

    def _result(self) -> Result:
        return Result(
            stdout=shown("".join(self._text["stdout"])),
            stderr=shown("".join(self._text["stderr"])),
            values=self._values,
            failure=self._failure,
            traceback=self._traceback,
            figures=tuple(self._figures),
            epochs=tuple(self._epochs),
            seconds=self._seconds if self._done else self._elapsed(),
            peak_memory=self._memory,
            stopped=self._stopped,
            why=self._why,
        )

    def _elapsed(self) -> float:
        end = self._ended or time.monotonic()
        return end - (self._began or end) - self._idle

    # --- the clock ---------------------------------------------------------------------------------------------------

    def _over(self) -> bool:
        return self._done or self._stopped is not None or "report" not in self._open

    def _patience(self) -> float:
        return max(0.0, self._deadline() - time.monotonic())

    def _deadline(self) -> float:
        return self._opened + STARTUP if self._began is None else self._began + self._idle + self._job.limits.seconds

    def _keep_clock(self) -> None:
        if self._over():
            return
        if self._cancel is not None and self._cancel.is_set():
            self._stop("cancelled", stop_messages.CANCELLED)
        elif time.monotonic() >= self._deadline():
            if self._began is None:
                self._stop("unavailable", stop_messages.refused(f"it did not begin within {STARTUP:g} s"))
            else:
                self._stop_for_time()

    def _stop_for_time(self) -> None:
        self._session.ask_where()
        until = time.monotonic() + LAST_WORDS
        self._ended = time.monotonic()
        while not self._traces_complete() and (left := until - time.monotonic()) > 0:
            for source, data in self._session.events(left):
                self._take(source, data)
        self._stop("time", stop_messages.time(self._job, self._told_traces()))

    def _told_traces(self) -> str:
        return self._traces.decode("utf-8", "replace")

    def _traces_complete(self) -> bool:
        return self._traces.endswith(b"\n") and b"<module>" in self._traces

    def _stop(self, stopped: Stop, why: str) -> None:
        if self._stopped is None:
            self._stopped, self._why = stopped, why

    def _report(self, event: RunEvent) -> None:
        if self._on_event:
            self._on_event(event)

    # --- what comes --------------------------------------------------------------------------------------------------

    def _take(self, source: str, data: bytes) -> None:
        if source == "report" and source not in self._open:
            return  # its end, after what it had to say
        if not data:
            self._open.discard(source)
        if source == "stdout":
            self._take_output("stdout", data)
        elif source == "stderr":
            self._take_output("stderr", data)
        elif source == "channel":
            self._take_frames(data)
        elif source == "traces":
            self._traces = (self._traces + data)[:100_000]
        elif source == "report":
            self._take_report(data)

    def _take_output(self, stream: Stream, data: bytes) -> None:
        if self._listens:
            return
        room = self._job.limits.output - self._written
        self._written += len(data)
        text = self._decoders[stream].decode(data[: max(0, room)], final=not data)
        if text:
            self._text[stream].append(text)
            self._report(Output(stream, text))
        if len(data) > room:
            self._stop("output", stop_messages.output(self._job.limits))

    def _take_report(self, data: bytes) -> None:
        self._open.discard("report")
        if not data:
            if self._began is None and not self._done:
                raise ZygoteGone("the warm interpreter died")
            if not self._done:
                self._stop("crash", stop_messages.ZYGOTE_GONE)
            return
        told = json.loads(data)
        if "refused" in told:
            self._stop("unavailable", stop_messages.refused(told["refused"]))
        self._exit = told.get("exit")
        self._memory = self._memory or told.get("memory", 0)

    def _take_frames(self, data: bytes) -> None:
        self._frames += data
        try:
            while len(self._frames) >= 5:
                size = int.from_bytes(self._frames[1:5], "big")
                if self._frames[0] in b"QA":
                    if not self._take_turn(size):
                        return
                    continue
                if self._received + size > self._job.limits.output + FIGURES:
                    self._stop("output", stop_messages.result(self._job.limits))
                    self._frames.clear()
                    return
                if len(self._frames) < 5 + size:
                    return
                letter, content = chr(self._frames[0]), bytes(self._frames[5 : 5 + size])
                del self._frames[: 5 + size]
                self._take_frame(letter, content)
        except Unreadable:
            self._stop("crash", stop_messages.unreadable())

    def _take_frame(self, letter: str, content: bytes) -> None:
        if self._done:
            return
        self._received += len(content)
        if self._listens and letter != "D":
            return  # what it says besides, while it is asked, is nobody's
        if letter == "P":
            self._take_figure(content)
            return
        told = parse(content)
        how = {
            "B": self._take_beginning,
            "E": self._take_epoch,
            "R": self._take_request,
            "V": self._take_value,
            "F": self._take_failure,
            "L": self._take_listening,
            "D": self._take_end,
            "X": self._take_refusal,
            "U": self._take_garbage,
        }.get(letter)
        if how is None:
            raise Unreadable(f"unknown frame {letter!r}")
        how(told)

    def _take_refusal(self, told: Any) -> None:
        self._stop("unavailable", stop_messages.refused(refusal(told)))

    def _take_garbage(self, told: Any) -> None:
        """The check says that what it was answered cannot be read."""
        raise Unreadable(str(told))

    def _take_beginning(self, told: Any) -> None:
        if self._began is None:
            self._began = time.monotonic()
            self._report(Started())

    def _take_epoch(self, told: Any) -> None:
        try:
            seconds = min(duration(told["seconds"]), time.monotonic() - self._opened)
            epoch = Epoch(count(told["number"]), count(told["epochs"]), numbers(told["metrics"]), seconds)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Unreadable(str(error)) from None
        if len(self._epochs) < MAX_EPOCHS:
            self._epochs.append(epoch)
            self._report(epoch)

    def _take_listening(self, told: Any) -> None:
        """The code has ended, and its process waits for questions. What it wrote is in the pipes by now."""
        if not self._job.check or self._borrow is not None:
            raise Unreadable("there is no check")
        self._take_figures_of_time(told)
        while self._session.immediate and self._stopped is None and (events := list(self._session.events(0))):
            for source, data in events:
                self._take(source, data)
        self._listens = True
        self._hand_over("L", b"")

    def _take_turn(self, size: int) -> bool:
        """A question or an answer, of `size` bytes. False if it is not all there yet."""
        if not (self._listens or self._borrow is not None) or self.said is not None or size > MESSAGE + (1 << 20):
            raise Unreadable("it speaks out of turn, or too much")
        if self.relayed + size > RELAYED:
            self._stop("output", stop_messages.result(self._job.limits))
            self._frames.clear()
            return False
        if len(self._frames) < 5 + size:
            return False
        self.relayed += size
        letter, content = chr(self._frames[0]), bytes(self._frames[5 : 5 + size])
        del self._frames[: 5 + size]
        self._hand_over(letter, content)
        return True

    def _hand_over(self, letter: str, content: bytes) -> None:
        self.said = letter, content
        self._silent_since = time.monotonic()

    def _take_end(self, told: Any) -> None:
        """The job's own clock and memory, as far as ours bear them out."""
        self._done = True
        self._ended = time.monotonic()
        if not self._listens:
            self._take_figures_of_time(told)

    def _take_figures_of_time(self, told: Any) -> None:
        try:
            self._seconds = min(max(0.0, float(told["seconds"])), time.monotonic() - self._opened)
            self._memory = min(max(0, int(told["memory"])), MOST_MEMORY)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Unreadable(str(error)) from None

    def _take_request(self, told: Any) -> None:
        """The code has run: the check and the values may be known now. Sent once, however often it is asked for."""
        if not self._asked:
            self._asked = True
            self._session.send(self._second_frame())

    def _take_figure(self, content: bytes) -> None:
        if len(self._figures) >= MAX_FIGURES:
            raise Unreadable("too many figures")
        size = int.from_bytes(content[:4], "big")
        png, svg = content[4 : 4 + size], content[4 + size :]
        if not png.startswith(b"\x89PNG\r\n\x1a\n"):
            raise Unreadable("a figure is a PNG")
        self._figures.append(FigureImage(png, svg.decode("utf-8", "replace")))

    def _take_value(self, told: Any) -> None:
        try:
            name, seconds = told["name"], duration(told["seconds"])
            value = decode(told["value"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(str(error)) from None
        if name not in self._job.values or self._received > self._job.limits.output + FIGURES:
            raise Unreadable("a value that nobody asked for")
        self._values[name] = value
        self._report(Evaluated(name, value, seconds))

    def _take_failure(self, told: Any) -> None:
        try:
            self._failure = failure(told["failure"])
            self._traceback = traceback(told["traceback"])
            of_memory = told["failure"]["memory"] is True
        except (KeyError, TypeError) as error:
            raise Unreadable(str(error)) from None
        if of_memory:
            self._memory_failed = True

    # --- the end -----------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """What is still in the pipes: all that was written before the end, which the reader may not have reached."""
        until = time.monotonic() + AFTER_END
        waiting = 0.0 if self._session.immediate and (self._done or self._stopped) else 0.05
        while self._open & {"stdout", "stderr", "channel"} and time.monotonic() < until:
            events = list(self._session.events(waiting))
            for source, data in events:
                self._take(source, data)
            if self._stopped == "output" or (not events and (self._stopped or self._session.immediate)):
                return

    def _judge(self) -> None:
        """What it means that the process has ended as it has."""
        if self._done and self._failure is None and self._job.check and self._borrow is None and not self._listens:
            self._stop("crash", stop_messages.unreadable())  # it says that it is done before it was asked
        if self._stopped is None and not self._done:
            if self._began is None:
                raise ChildGone("its interpreter ended before it began")
            self._judge_crash()
        if self._memory_failed and self._stopped is None:
            self._stop("memory", stop_messages.memory(self._job.limits, self._failure))

    def _judge_crash(self) -> None:
        """It ended without a word. A library in C that gets no memory does so too, but complains first."""
        traces = self._told_traces()
        if stop_messages.complains_of_memory("".join(self._text["stderr"][-20:])):
            self._stop("memory", stop_messages.memory(self._job.limits, None, stop_messages.deepest_line(traces)))
        else:
            self._stop("crash", stop_messages.crash(self._exit, traces))

    # --- what goes ---------------------------------------------------------------------------------------------------

    def _first_frame(self) -> bytes:
        job = self._job
        return frame(
            b"J",
            {
                "files": dict(job.files),
                "setup": job.setup,
                "code": job.code,
                "seed": job.seed,
                "expose_seed": job.expose_seed,
                "quiet": job.quiet,
                "memory": job.limits.memory,
                "disk": job.limits.disk,
                "seconds": job.limits.seconds,
                "values": bool(job.values),
                "check": job.check if self._borrow is not None else bool(job.check),
                "borrow": self._borrow,
            },
        )

    def _second_frame(self) -> bytes:
        return frame(b"K", {"values": dict(self._job.values)})


def frame(letter: bytes, content: object) -> bytes:
    """A frame as `practicum.runner.inside.child` describes it."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return letter + len(data).to_bytes(4, "big") + data
