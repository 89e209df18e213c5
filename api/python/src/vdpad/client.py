"""The connection to the daemon."""

from __future__ import annotations

import array
import json
import os
import socket
import time
from types import TracebackType
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Type, cast

from .contract import (
    ERRORS,
    CallError,
    Device,
    DeviceName,
    ErrorData,
    EventFilter,
    EventKind,
    EventPosition,
    EventsEventParams,
    EventsSubscribeResult,
    HealthProblem,
    Methods,
    VdpadError,
)

DEFAULT_SOCKET = "/run/vdpad/vdpad.sock"

# The most that the daemon's own default deadline can be, and how long after a deadline its answer is waited for.
_LONGEST_DEADLINE_MS = 3_600_000
_MARGIN_MS = 2_000
# What the kernel passes with one message (SCM_MAX_FD).
_MAXIMUM_FDS = 253


class Unreachable(VdpadError):
    """The daemon cannot be reached, or has ended. A call under way may have taken effect: look before it is repeated."""


class NoAnswer(Unreachable):
    """The daemon has not answered in time. The connection has been closed, since its answer could come later."""


class ProtocolViolation(VdpadError):
    """What came is no answer of the contract."""


class _Reply(NamedTuple):
    result: Any
    fds: List[int]


class _Line:
    """A connected socket: JSON, a line each, with the descriptors that come along."""

    def __init__(self, path: str, timeout: Optional[float]) -> None:
        self._path = path
        self._bytes = bytearray()
        # Descriptors that have come and that no line has claimed yet, in order.
        self._fds: List[int] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(timeout)
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise Unreachable(f"{path}: {error.strerror or error}") from error

    def send(self, message: Mapping[str, Any], fds: Sequence[int], end: float) -> None:
        data = memoryview(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        try:
            self._wait_until(end)
            sent = socket.send_fds(self._socket, [data], list(fds)) if fds else self._socket.send(data)
            while sent < len(data):
                self._wait_until(end)
                sent += self._socket.send(data[sent:])
        except OSError as error:
            raise self._failed(error) from error

    def receive(self, end: float) -> Dict[str, Any]:
        """The next message; what it brings is taken by `take_fds`."""
        searched = 0
        while True:
            position = self._bytes.find(b"\n", searched)
            if position >= 0:
                break
            searched = len(self._bytes)
            try:
                self._wait_until(end)
                data, fds = self._read()
            except OSError as error:
                raise self._failed(error) from error
            self._fds += fds
            if not data:
                raise Unreachable(f"{self._path}: the daemon has ended or closed the connection")
            self._bytes += data
        line = bytes(self._bytes[:position])
        del self._bytes[: position + 1]
        try:
            message = json.loads(line)
        except ValueError as error:
            raise ProtocolViolation(f"{self._path}: not JSON: {error}") from error
        if not isinstance(message, dict):
            raise ProtocolViolation(f"{self._path}: not a message: {line[:80]!r}")
        return message

    def take_fds(self, count: int) -> List[int]:
        if count > len(self._fds):
            raise ProtocolViolation(f"{self._path}: the reply did not bring {count} descriptors")
        taken, self._fds = self._fds[:count], self._fds[count:]
        return taken

    def close(self) -> None:
        self._socket.close()
        for fd in self._fds:
            os.close(fd)
        self._fds = []

    def _read(self) -> Tuple[bytes, List[int]]:
        # socket.recv_fds does not pass flags on, so that another thread's program could inherit what came.
        space = socket.CMSG_LEN(_MAXIMUM_FDS * array.array("i").itemsize)
        data, ancillary, _, _ = self._socket.recvmsg(65_536, space, socket.MSG_CMSG_CLOEXEC)
        fds = array.array("i")
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
        return data, list(fds)

    def _wait_until(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        self._socket.settimeout(None if left == float("inf") else left)

    def _failed(self, error: OSError) -> Unreachable:
        if isinstance(error, socket.timeout):
            return NoAnswer(f"{self._path}: no answer in time")
        return Unreachable(f"{self._path}: {error.strerror or error}")


class Client(Methods):
    """A connection to the daemon, for one thread at a time.

    Each method of the contract is a function: `device.suspend` is `device_suspend`, with the parameters of the contract and
    its result. An error is raised as the class of its name. The client waits for an answer until 2 s after the deadline of
    the call; without a deadline until 2 s after the longest that the daemon may have.

        with Client() as vdpad:
            stopped = vdpad.device_suspend("vm1-net", deadlineMs=500)
    """

    def __init__(self, path: Optional[str] = None, deadlineMs: Optional[int] = None) -> None:
        """Connects.

        path: The socket; else that of the environment variable VDPAD_SOCKET, else /run/vdpad/vdpad.sock.
        deadlineMs: The deadline of calls that can have one and name none.
        """
        self.path = path or os.environ.get("VDPAD_SOCKET") or DEFAULT_SOCKET
        self._deadline = deadlineMs
        self._id = 0
        self._line: Optional[_Line] = _Line(self.path, ((deadlineMs or _LONGEST_DEADLINE_MS) + _MARGIN_MS) / 1_000)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection, which ends the leases that last as long as it does."""
        if self._line:
            self._line.close()
        self._line = None

    def call(self, method: str, params: Optional[Mapping[str, Any]] = None, fds: Sequence[int] = ()) -> Any:
        """Calls any method, such as one that this package does not know, and returns its result."""
        return self._request(method, params or {}, fds)[0]

    def events(
        self,
        devices: Optional[Sequence[DeviceName]] = None,
        kinds: Optional[Sequence[EventKind]] = None,
        since: Optional[EventPosition] = None,
    ) -> Events:
        """Subscribes to events, on a connection of their own."""
        return Events(self.path, devices=devices, kinds=kinds, since=since)

    def _takes_deadline(self, method: str) -> bool:
        function = getattr(type(self), method.replace(".", "_"), None)
        return function is not None and "deadlineMs" in function.__code__.co_varnames

    def _request(
        self, method: str, params: Mapping[str, Any], fds: Sequence[int] = (), replyFds: int = 0
    ) -> Tuple[Any, List[int]]:
        if self._line is None:
            raise Unreachable(f"{self.path}: the connection is closed")
        given = {name: value for name, value in params.items() if value is not None}
        if self._deadline is not None and self._takes_deadline(method):
            given.setdefault("deadlineMs", self._deadline)
        deadline = given.get("deadlineMs", _LONGEST_DEADLINE_MS)
        end = time.monotonic() + (deadline + _MARGIN_MS) / 1_000
        self._id += 1
        message: Dict[str, Any] = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": given}
        if fds:
            message["fds"] = len(fds)
        try:
            self._line.send(message, fds, end)
            while True:
                answer = self._line.receive(end)
                # Notifications have no id.
                if answer.get("id") == self._id or ("error" in answer and answer.get("id") is None):
                    break
            reply = self._reply(answer)
            if len(reply.fds) != replyFds:
                for fd in reply.fds:
                    os.close(fd)
                raise ProtocolViolation(f"{method} came with {len(reply.fds)} descriptors instead of {replyFds}")
            return reply
        except CallError:
            raise
        except BaseException:
            # What comes later would be taken for the answer to another call, or nobody would close its descriptors.
            self.close()
            raise

    def _reply(self, answer: Mapping[str, Any]) -> _Reply:
        error = answer.get("error")
        if isinstance(error, dict):
            code = error.get("code")
            data = error.get("data")
            kind = ERRORS.get(code, CallError) if isinstance(code, int) else CallError
            raise kind(
                code if isinstance(code, int) else 0,
                str(error.get("message")),
                cast(ErrorData, data) if isinstance(data, dict) else None,
            )
        if "result" not in answer or self._line is None:
            raise ProtocolViolation(f"{self.path}: neither a result nor an error")
        return _Reply(answer["result"], self._line.take_fds(int(answer.get("fds", 0))))


class Events(Iterator[EventsEventParams]):
    """What happens, event by event.

    `devices` and `problems` are how everything was when the subscription began, and every later event follows. After a break
    (`Unreachable`) another subscription with `since=events.position` goes on without missing one; its first event is
    `overflow` where that is not possible.
    """

    def __init__(
        self,
        path: Optional[str] = None,
        *,
        devices: Optional[Sequence[DeviceName]] = None,
        kinds: Optional[Sequence[EventKind]] = None,
        since: Optional[EventPosition] = None,
    ) -> None:
        self._client = Client(path)
        selection: EventFilter = {}
        if devices is not None:
            selection["devices"] = list(devices)
        if kinds is not None:
            selection["kinds"] = list(kinds)
        try:
            start: EventsSubscribeResult = self._client.events_subscribe(filter=selection, since=since)
        except BaseException:
            self._client.close()
            raise
        self.devices: List[Device] = start["devices"]
        self.problems: List[HealthProblem] = start["problems"]
        self.position: EventPosition = since or {"instance": start["instance"], "sequence": start["sequence"]}
        """The last event that was told. Another run of the daemon counts anew."""
        self._instance = start["instance"]

    def __enter__(self) -> Events:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> EventsEventParams:
        event = self.next()
        if event is None:
            raise StopIteration
        return event

    def next(self, timeout: Optional[float] = None) -> Optional[EventsEventParams]:
        """The next event; None if there is none for so many seconds, or after `close`."""
        line = self._client._line
        if line is None:
            return None
        end = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            try:
                message = line.receive(end)
            except NoAnswer:
                return None
            if message.get("method") == "events.event":
                event = cast(EventsEventParams, message["params"])
                self.position = {"instance": self._instance, "sequence": event["sequence"]}
                return event

    def close(self) -> None:
        """Ends the subscription."""
        self._client.close()
