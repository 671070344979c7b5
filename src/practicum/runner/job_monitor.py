"""Monitors one job: reads its messages, enforces time and output limits, and builds the result."""

from __future__ import annotations

import base64
import codecs
import contextlib
import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from practicum.model import Failure
from practicum.runner import stop_messages
from practicum.runner.ansi import render
from practicum.runner.cancellation import Cancellation
from practicum.runner.events import Epoch, Evaluated, OnEvent, Output, RunEvent, Started, Stream
from practicum.runner.inside.forbidden_calls import MEMORY
from practicum.runner.inside.message_format import MAX_MESSAGE
from practicum.runner.job import ChildGone, FigureImage, Job, Result, StopReason, ZygoteGone
from practicum.runner.job_clock import JobClock, TimeVerdict
from practicum.runner.marked_output import MarkedOutput
from practicum.runner.value_decoding import (
    InvalidMessage,
    clean_text,
    decode_value,
    parse_json,
    read_count,
    read_duration,
    read_failure,
    read_forbidden,
    read_metrics,
    read_refusal,
    read_traceback,
)

START_TIMEOUT = 90.0
"""Seconds until the code must have started. In subprocess mode this includes importing TensorFlow."""
USE_TIMEOUT = 5.0
"""Seconds in which the zygote must report how much a job has used; on a busy machine it may wait for a processor."""
TRACE_TIMEOUT = 1.0
"""Seconds in which a job out of time may report its current line."""
DRAIN_TIMEOUT = 2.0
"""Seconds to read the rest of the pipes after the process has ended."""
MAX_FIGURE_BYTES = 12 << 20
"""Bytes of all figures of a job."""
MAX_FIGURES = 32
MAX_EPOCHS = 10_000
MAX_REPORTED_MEMORY = 1 << 48
"""Largest memory use that a job may report in bytes: no machine has more."""
MAX_RELAYED_BYTES = 256 << 20
"""Bytes of all requests and answers between a job and its check, per direction."""

_MEMORY_ERRORS = frozenset({"MemoryError", "ResourceExhaustedError"})


MAX_TRACES = 100_000
"""Bytes of the traces that are kept."""


class JobSession(Protocol):
    """The server's ends of the pipes of a started job."""

    reads_at_once: bool
    """Whether the job's output can be read at once, without waiting for a thread that passes it on."""

    def send(self, data: bytes) -> None: ...
    def wake(self) -> None: ...
    def events(self, timeout: float) -> Iterator[tuple[str, bytes]]: ...
    def request_traces(self) -> None: ...
    def request_use(self) -> None: ...


class JobMonitor:
    """The state of one job while it runs. :meth:`result` monitors it to its end.

    Args:
        borrow: The names that a check shares with its job, if this job is a check (see `run_check`).
    """

    def __init__(
        self,
        session: JobSession,
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
        self.message: tuple[str, bytes] | None = None
        """The frame (letter and content) with which the job has passed its turn: `L`, `Q` or `A`."""
        self.relayed_bytes = 0
        self._waits_for_requests = False
        self._clock = JobClock(job.limits.seconds)
        self._use: tuple[float, float] | None = None
        """The latest report of what the process has used: seconds computed, and waited for a processor."""
        self._output: dict[Stream, MarkedOutput] = {"stdout": MarkedOutput(), "stderr": MarkedOutput()}
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in self._output}
        self._frames = bytearray()
        self._values: dict[str, Any] = {}
        self._failure: Failure | None = None
        self._traceback = ""
        self._compared: tuple[str, ...] = ()
        self._figures: list[FigureImage] = []
        self._epochs: list[Epoch] = []
        self._written = 0
        self._received = 0
        self._stopped: StopReason | None = None
        self._traces = b""
        self._traces_written = 0
        self._opened = time.monotonic()
        self._done = False
        self._values_sent = False
        self._memory_failure: Failure | None = None
        self._forbidden: StopReason | None = None
        self._exit: int | None = None
        self._memory = 0
        self._seconds = 0.0
        self._open = {"stdout", "stderr", "channel", "report"}

    def result(self, converse: Callable[[JobMonitor], Result | None] | None = None) -> Result:
        """Monitor the job to its end. Callbacks run in this thread; their exceptions pass through.

        Args:
            converse: Called once the job waits for requests or has sent one. It exchanges messages with the job and
                returns the result of the check, or None.

        Raises:
            ZygoteGone: The warm interpreter died before the job started. The job may be run again.
        """
        verdict = None
        with self._cancel.on_set(self._session.wake) if self._cancel else contextlib.nullcontext():
            self._session.send(self._first_frame())
            self._follow()
            if self.message is not None and converse is not None:
                verdict = converse(self)
        self._drain()
        self._explain_end()
        return self._own_result() if verdict is None else self._checked_result(verdict)

    def exchange(self, letter: str, content: bytes) -> tuple[str, bytes] | None:
        """Send the job a frame and wait for the frame it answers with. Return None if the job has ended."""
        if self._over():
            return None
        if self._frames:
            self._stop(stop_messages.INVALID_ANSWER)  # it has sent something out of turn
            return None
        self.message = None
        self._clock.resume()
        self._session.send(frame(letter.encode(), content))
        self._follow()
        if self._done and self._waits_for_requests and letter != "O":
            self._done = False  # it reports its end while a request is open
            self._stop(stop_messages.INVALID_ANSWER)
        return self.message

    def abandon(self) -> None:
        """Stop the job because the process that it asked has ended; that process's result has the reason."""
        self._stop(stop_messages.INVALID_ANSWER)

    def _follow(self) -> None:
        while not self._over() and self.message is None:
            for source, data in self._session.events(self._time_left()):
                self._take(source, data)
            self._enforce_time_limit()

    def _checked_result(self, verdict: Result) -> Result:
        """Return the job's result combined with its check's. If the job itself failed or was stopped, that counts."""
        own = self._own_result()
        if not own.ok:
            return own
        if verdict.ok:
            return dataclasses.replace(own, values={**own.values, **verdict.values})
        return dataclasses.replace(
            own,
            failure=verdict.failure,
            traceback=verdict.traceback,
            compared=verdict.compared,
            stopped=verdict.stopped,
            code=verdict.code,
            why=verdict.why,
            stopped_at=verdict.stopped_at,
        )

    def _own_result(self) -> Result:
        result = Result(
            stdout=render(self._output["stdout"].text),
            printed=self.printed,
            stderr=render(self._output["stderr"].text),
            values=self._values,
            failure=self._failure,
            traceback=self._traceback,
            compared=self._compared,
            figures=tuple(self._figures),
            epochs=tuple(self._epochs),
            seconds=self._seconds if self._done else self._clock.elapsed,
            peak_memory=self._memory,
        )
        if self._stopped is None:
            return result
        at = self._stopped.line if self._stopped.where in ("snippet", "") else None
        return dataclasses.replace(
            result,
            stopped=self._stopped.stopped,
            code=self._stopped.code,
            why=self._stopped.message,
            stopped_at=at,
        )

    @property
    def printed(self) -> str:
        """What the job has printed so far, as its result will have it."""
        return render(self._output["stdout"].printed)

    # --- time limit --------------------------------------------------------------------------------------------------

    def _over(self) -> bool:
        return self._done or self._stopped is not None or "report" not in self._open

    def _time_left(self) -> float:
        if self._clock.started:
            return self._clock.time_left
        return max(0.0, self._opened + START_TIMEOUT - time.monotonic())

    def _enforce_time_limit(self) -> None:
        if self._over():
            return
        if self._cancel is not None and self._cancel.is_set():
            self._stop(stop_messages.CANCELLED)
        elif self._time_left() <= 0:
            if not self._clock.started:
                self._stop(stop_messages.not_started(f"it did not start within {START_TIMEOUT:g} s", "start-timeout"))
            else:
                self._enforce_use()

    def _enforce_use(self) -> None:
        """Measure what the job has used, and stop it if that is more than it may."""
        used = self._measure_use()
        verdict = TimeVerdict.GO_ON if self._over() or used is None else self._clock.judge(used)
        if verdict is TimeVerdict.OUT_OF_TIME:
            self._stop_for_time()
        elif verdict is TimeVerdict.MACHINE_BUSY:
            self._stop(stop_messages.MACHINE_BUSY)

    def _measure_use(self) -> float | None:
        """Return the seconds that the job has used; None if it was cancelled meanwhile."""
        self._use = None
        self._session.request_use()
        until = time.monotonic() + USE_TIMEOUT
        while not self._over() and self._use is None and (left := until - time.monotonic()) > 0:
            for source, data in self._session.events(left):
                self._take(source, data)
            if self._cancel is not None and self._cancel.is_set():
                return None
        return self._clock.used(*(self._use or (0.0, 0.0)))

    def _stop_for_time(self) -> None:
        self._session.request_traces()
        until = time.monotonic() + TRACE_TIMEOUT
        self._clock.end()
        while self._stopped is None and not self._traces_complete() and (left := until - time.monotonic()) > 0:
            for source, data in self._session.events(left):
                self._take(source, data)
        self._stop(stop_messages.time_exceeded(self._job, self._traces_text(), self._clock.elapsed))

    def _traces_text(self) -> str:
        return stop_messages.name_sources(self._traces.decode("utf-8", "replace"), self._job.run)

    def _traces_complete(self) -> bool:
        return self._traces.endswith(b"\n") and b"<module>" in self._traces

    def _stop(self, reason: StopReason) -> None:
        """Stop the job; the first reason counts."""
        if self._stopped is None:
            self._stopped = reason

    def _report(self, event: RunEvent) -> None:
        if self._on_event:
            self._on_event(event)

    # --- incoming data -----------------------------------------------------------------------------------------------

    def _take(self, source: str, data: bytes) -> None:
        if source == "report" and source not in self._open:
            return  # end of file, after the report itself
        if not data:
            self._open.discard(source)
        if source == "stdout":
            self._take_output("stdout", data)
        elif source == "stderr":
            self._take_output("stderr", data)
        elif source == "channel":
            self._take_frames(data)
        elif source == "traces":
            self._take_traces(data)
        elif source == "report":
            self._take_report(data)

    def _take_output(self, stream: Stream, data: bytes) -> None:
        room = self._job.limits.output - self._written
        self._written += len(data)
        if len(data) > room:
            self._stop(stop_messages.output_exceeded(self._job.limits))
        if self._waits_for_requests:
            return
        decoded = self._decoders[stream].decode(data[: max(0, room)], final=not data)
        if text := self._output[stream].take(decoded, final=not data):
            self._report(Output(stream, text))

    def _take_traces(self, data: bytes) -> None:
        self._traces = (self._traces + data)[:MAX_TRACES]
        self._traces_written += len(data)
        if self._traces_written > self._job.limits.output:
            self._stop(stop_messages.output_exceeded(self._job.limits))

    def _take_report(self, data: bytes) -> None:
        if data and "cpu" in (content := json.loads(data)):
            self._use = content["cpu"], content["waited"]
            self._clock.set_base(*self._use)
            return
        self._open.discard("report")
        if not data:
            if not (self._clock.started or self._done):
                raise ZygoteGone("died", "the warm interpreter died")
            if not self._done:
                self._stop(stop_messages.INTERPRETER_DIED)
            return
        if "refused" in content:
            self._stop(stop_messages.not_started(content["refused"]))
        self._exit = content.get("exit")
        self._memory = self._memory or content.get("memory", 0)

    def _take_frames(self, data: bytes) -> None:
        self._frames += data
        try:
            while len(self._frames) >= 5:
                size = int.from_bytes(self._frames[1:5], "big")
                if self._frames[0] in b"QA":
                    if not self._take_message(size):
                        return
                    continue
                if self._received + size > self._job.limits.output + MAX_FIGURE_BYTES:
                    self._stop(stop_messages.result_too_large(self._job.limits))
                    self._frames.clear()
                    return
                if len(self._frames) < 5 + size:
                    return
                letter, content = chr(self._frames[0]), bytes(self._frames[5 : 5 + size])
                del self._frames[: 5 + size]
                self._take_frame(letter, content)
        except InvalidMessage:
            self._stop(stop_messages.INVALID_ANSWER)

    def _take_frame(self, letter: str, content: bytes) -> None:
        self._received += len(content)
        if self._done:
            return
        if self._waits_for_requests and letter not in "DN":
            return  # anything else is ignored while requests are open
        if letter == "P":
            self._take_figure(content)
            return
        message = parse_json(content)
        handler = {
            "B": self._take_start,
            "N": self._take_forbidden,
            "E": self._take_epoch,
            "R": self._take_request,
            "V": self._take_value,
            "F": self._take_failure,
            "L": self._take_ready,
            "D": self._take_end,
            "X": self._take_refusal,
            "U": self._take_complaint,
        }.get(letter)
        if handler is None:
            raise InvalidMessage(f"unknown frame {letter!r}")
        handler(message)

    def _take_refusal(self, content: Any) -> None:
        self._stop(stop_messages.not_started(read_refusal(content)))

    def _take_complaint(self, content: Any) -> None:
        """The check reports that it could not read an answer of the job."""
        raise InvalidMessage(str(content))

    def _take_start(self, content: Any) -> None:
        if not self._clock.started:
            self._session.request_use()
            self._clock.start()
            self._report(Started())

    def _take_epoch(self, content: Any) -> None:
        try:
            seconds = min(read_duration(content["seconds"]), time.monotonic() - self._opened)
            epoch = Epoch(
                read_count(content["number"]), read_count(content["epochs"]), read_metrics(content["metrics"]), seconds
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidMessage(str(error)) from None
        if len(self._epochs) < MAX_EPOCHS:
            self._epochs.append(epoch)
            self._report(epoch)

    def _take_forbidden(self, content: Any) -> None:
        """The job tried what the sandbox does not allow. It goes on, but its result does not count."""
        kind, where, line = read_forbidden(content)
        if kind == MEMORY:
            self._memory_failure = self._memory_failure or Failure("MemoryError", "", line, where)
        else:
            self._forbidden = self._forbidden or stop_messages.forbidden(kind, where, line)

    def _take_ready(self, content: Any) -> None:
        """The code has ended, and its process waits for requests. Its output is in the pipes by now."""
        if not self._job.check or self._borrow is not None:
            raise InvalidMessage("there is no check")
        self._take_usage(content)
        self._read_output()
        self._waits_for_requests = True
        self._pass_turn("L", b"")

    def _read_output(self) -> None:
        """Read what the code has written before it ended: it is in the pipes, or a thread still passes it on."""
        until = time.monotonic() + DRAIN_TIMEOUT
        while self._stopped is None and self._open & {"stdout", "stderr"} and time.monotonic() < until:
            events = list(self._session.events(0 if self._session.reads_at_once else 0.05))
            for source, data in events:
                self._take(source, data)
            if self._session.reads_at_once and not events:
                return

    def _take_message(self, size: int) -> bool:
        """Take a request or an answer of `size` bytes. Return False if it is incomplete."""
        if (
            not (self._waits_for_requests or self._borrow is not None)
            or self.message is not None
            or size > MAX_MESSAGE + (1 << 20)
        ):
            raise InvalidMessage("a message out of turn, or too large")
        if self.relayed_bytes + size > MAX_RELAYED_BYTES:
            self._stop(stop_messages.result_too_large(self._job.limits))
            self._frames.clear()
            return False
        if len(self._frames) < 5 + size:
            return False
        self.relayed_bytes += size
        letter, content = chr(self._frames[0]), bytes(self._frames[5 : 5 + size])
        del self._frames[: 5 + size]
        self._pass_turn(letter, content)
        return True

    def _pass_turn(self, letter: str, content: bytes) -> None:
        self.message = letter, content
        self._clock.pause()

    def _take_end(self, content: Any) -> None:
        """Take the time and memory that the job reports, limited to what is possible."""
        self._done = True
        self._clock.end()
        if not self._waits_for_requests:
            self._take_usage(content)

    def _take_usage(self, content: Any) -> None:
        try:
            self._seconds = min(max(0.0, float(content["seconds"])), time.monotonic() - self._opened)
            self._memory = min(max(0, int(content["memory"])), MAX_REPORTED_MEMORY)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidMessage(str(error)) from None

    def _take_request(self, content: Any) -> None:
        """The code has ended, so the values may be sent to its process. They are sent once."""
        if not self._values_sent:
            self._values_sent = True
            self._session.send(self._second_frame())

    def _take_figure(self, content: bytes) -> None:
        if len(self._figures) >= MAX_FIGURES:
            raise InvalidMessage("too many figures")
        size = int.from_bytes(content[:4], "big")
        png, svg = content[4 : 4 + size], content[4 + size :]
        if not png.startswith(b"\x89PNG\r\n\x1a\n"):
            raise InvalidMessage("a figure is a PNG")
        self._figures.append(FigureImage(png, svg.decode("utf-8", "replace")))

    def _take_value(self, content: Any) -> None:
        try:
            name, seconds = content["name"], read_duration(content["seconds"])
            value = decode_value(content["value"])
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidMessage(str(error)) from None
        if name not in self._job.values or self._received > self._job.limits.output + MAX_FIGURE_BYTES:
            raise InvalidMessage("a value that was not requested")
        self._values[name] = value
        if isinstance(value, Failure) and not _MEMORY_ERRORS.isdisjoint((value.type, *value.bases)):
            self._memory_failure = value
        if self._forbidden is None:
            self._report(Evaluated(name, value, seconds))

    def _take_failure(self, content: Any) -> None:
        try:
            self._failure = read_failure(content["failure"])
            self._traceback = read_traceback(content["traceback"])
            out_of_memory = content["failure"]["memory"] is True
            if self._borrow is not None:
                self._compared = tuple(clean_text(text, 300) for text in content["compared"][:3])
        except (KeyError, TypeError) as error:
            raise InvalidMessage(str(error)) from None
        if out_of_memory:
            self._memory_failure = self._failure

    # --- end of the job ----------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """Read the rest of the pipes: output written before the end that has not been read yet."""
        until = time.monotonic() + DRAIN_TIMEOUT
        waiting = 0.0 if self._session.reads_at_once and (self._done or self._stopped) else 0.05
        while self._open & {"stdout", "stderr", "channel"} and time.monotonic() < until:
            events = list(self._session.events(waiting))
            for source, data in events:
                self._take(source, data)
            if (self._stopped and self._stopped.stopped == "output") or (
                not events and (self._stopped or self._session.reads_at_once)
            ):
                return

    def _explain_end(self) -> None:
        """Determine how the process ended."""
        if (
            self._done
            and self._failure is None
            and self._job.check
            and self._borrow is None
            and not self._waits_for_requests
        ):
            self._stop(stop_messages.INVALID_ANSWER)  # it reports its end before the first request
        if self._stopped is None and not self._done:
            if not self._clock.started:
                raise ChildGone("child-died", "its interpreter ended before it started")
            self._explain_crash()
        if self._forbidden is not None and (self._stopped is None or self._stopped.stopped == "time"):
            self._stopped = self._forbidden
        if self._memory_failure and self._stopped is None:
            self._stop(stop_messages.memory_exceeded(self._job.limits, self._memory_failure))

    def _explain_crash(self) -> None:
        """Explain an end without a report. C libraries that run out of memory write a message before such an end."""
        traces = self._traces_text()
        if stop_messages.reports_no_memory(self._output["stderr"].text[-20_000:]):
            self._stop(stop_messages.memory_exceeded(self._job.limits, None, traces))
        else:
            self._stop(stop_messages.crashed(self._exit, traces))

    # --- outgoing frames ---------------------------------------------------------------------------------------------

    def _first_frame(self) -> bytes:
        job = self._job
        return frame(
            b"J",
            {
                "files": dict(job.files),
                "data": {file.name: base64.b64encode(file.content).decode() for file in job.data},
                "setup": job.setup,
                "code": job.code,
                "seed": job.seed,
                "expose_seed": job.expose_seed,
                "quiet": job.quiet,
                "echo": job.echo,
                "memory": job.limits.memory,
                "disk": job.limits.disk,
                "seconds": job.limits.seconds,
                "values": bool(job.values),
                "check": job.check if self._borrow is not None else bool(job.check),
                "borrow": self._borrow,
                "shift": dataclasses.asdict(job.input_shift) if job.input_shift else None,
                "stdin": job.stdin,
                "hidden_seed": job.hidden_seed if self._borrow is not None else None,
                "hides_inputs": job.hides_inputs,
                "stays": job.stays,
                "run": job.run,
            },
        )

    def _second_frame(self) -> bytes:
        return frame(b"K", {"values": dict(self._job.values)})


def frame(letter: bytes, content: object) -> bytes:
    """Encode a frame of the protocol in `practicum.runner.inside.child`."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return letter + len(data).to_bytes(4, "big") + data
