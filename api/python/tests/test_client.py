"""The package against the real daemon, whose simulated VMM holds blk0; nobody holds net0. README.md says how to run it."""

import json
import os
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from typing import Any, Dict, List, Optional

import vdpad
from vdpad import Client


def control(**message: Any) -> None:
    """Directs the simulated host."""
    command = ["vdpad", "simulated-host", "--socket", os.environ["SIMULATED_HOST"], "--control", json.dumps(message)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class answering:
    """A daemon that gives one answer to whatever comes; none for None."""

    def __init__(self, answer: Optional[Dict[str, Any]]) -> None:
        self._answer = answer
        self._folder = tempfile.TemporaryDirectory()
        self._listener = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> str:
        path = os.path.join(self._folder.name, "socket")
        self._listener.bind(path)
        self._listener.listen()
        self._thread.start()
        return path

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()
        self._folder.cleanup()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rw", encoding="utf-8") as lines:
            request = json.loads(lines.readline())
            if self._answer is not None:
                answer = {"jsonrpc": "2.0", "id": request["id"], **self._answer}
                print(json.dumps(answer), file=lines, flush=True)
            # Until the client has gone.
            lines.readline()


class ClientTests(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client()
        self.addCleanup(self.client.close)

    # Calls

    def test_results_are_those_of_the_contract(self) -> None:
        self.assertEqual({device["name"] for device in self.client.device_list()["devices"]}, {"blk0", "net0"})
        self.assertEqual(self.client.device_get("blk0")["device"].get("class"), "block")
        self.assertEqual(self.client.rpc_discover(), self.client.call("rpc.discover"))

    def test_every_method_is_a_function(self) -> None:
        methods = {method["name"].replace(".", "_") for method in self.client.rpc_discover()["methods"]}
        self.assertEqual(methods, {name for name in vars(vdpad.Methods) if not name.startswith("_")})

    def test_the_version_is_that_of_the_daemon(self) -> None:
        project = os.path.join(os.path.dirname(__file__), "..", "pyproject.toml")
        with open(project, encoding="utf-8") as file:
            self.assertIn(f'\nversion = "{self.client.system_info()["version"]}"\n', file.read())

    def test_suspend_and_resume(self) -> None:
        stopped = self.client.device_suspend("blk0", deadlineMs=5_000)
        self.assertEqual(stopped["runState"], "suspended")
        self.assertTrue(self.client.device_resume("blk0")["wasSuspended"])

    def test_an_idempotency_key_names_a_call(self) -> None:
        self.addCleanup(self.client.device_delete, "py0")
        first = self.client.device_add("py0", "simnet0", idempotencyKey="make py0")
        self.assertEqual(self.client.device_add("py0", "simnet0", idempotencyKey="make py0"), first)
        with self.assertRaises(vdpad.IdempotencyMismatch):
            self.client.device_add("py1", "simnet0", idempotencyKey="make py0")

    # Errors

    def test_errors_are_raised_by_their_names(self) -> None:
        with self.assertRaises(vdpad.NotRunning) as caught:
            self.client.device_suspend("net0")
        error = caught.exception
        self.assertEqual((error.name, error.code), ("notRunning", 1003))
        self.assertEqual(error.data.get("device"), "net0")
        self.assertEqual(error.data["stateAfter"]["runState"], "idle")
        self.assertIn("nobody holds net0", str(error))
        # The connection lives.
        self.assertTrue(self.client.system_health()["healthy"])

    def test_bad_parameters_are_refused_by_name(self) -> None:
        with self.assertRaisesRegex(vdpad.InvalidParams, "colour"):
            self.client.call("device.get", {"device": "net0", "colour": "red"})
        with self.assertRaises(vdpad.MethodNotFound):
            self.client.call("device.paint")

    def test_an_error_of_a_newer_daemon_is_a_call_error(self) -> None:
        error = {"code": 1999, "message": "New", "data": {"name": "tired", "message": "later"}}
        with answering({"error": error}) as path, Client(path) as client:
            with self.assertRaises(vdpad.CallError) as caught:
                client.device_list()
        self.assertEqual((type(caught.exception), caught.exception.name), (vdpad.CallError, "tired"))

    def test_nobody_listens(self) -> None:
        with self.assertRaisesRegex(vdpad.Unreachable, "/nowhere.*No such file"):
            Client("/nowhere")

    # Deadlines

    def test_the_daemon_answers_at_the_deadline(self) -> None:
        control(control="latency", device="blk0", call="VHOST_VDPA_SUSPEND", milliseconds=300)
        self.addCleanup(control, control="latency", device="blk0", call="VHOST_VDPA_SUSPEND", milliseconds=0)
        client = Client(deadlineMs=20)
        self.addCleanup(client.close)
        with self.assertRaises(vdpad.DeadlineExceeded) as caught:
            client.device_suspend("blk0")
        ended = self.client.operation_wait(caught.exception.data["operation"], deadlineMs=10_000)
        self.assertNotEqual(ended["operation"]["state"], "running")
        self.client.device_wait("blk0", until=["running"], deadlineMs=10_000)

    def test_a_daemon_that_does_not_answer_is_given_up(self) -> None:
        with answering(None) as path, Client(path) as client:
            start = time.monotonic()
            with self.assertRaises(vdpad.NoAnswer):
                client.device_status("net0", deadlineMs=1)
            # That is the promise: two seconds behind the deadline.
            self.assertGreaterEqual(time.monotonic() - start, 2)
            with self.assertRaisesRegex(vdpad.Unreachable, "closed"):
                client.device_list()

    def test_an_answer_that_is_none(self) -> None:
        answers: List[Dict[str, Any]] = [{}, {"result": {}, "fds": 1}]
        for answer in answers:
            with self.subTest(answer=answer), answering(answer) as path, Client(path) as client:
                with self.assertRaises(vdpad.ProtocolViolation):
                    client.device_list()

    # Descriptors

    def test_a_descriptor_is_handed_over(self) -> None:
        self.client.device_add("py2", "simnet0")
        self.addCleanup(self.client.device_delete, "py2")
        device, fd = self.client.device_acquire("py2")
        self.assertEqual(device["device"], "py2")
        self.assertFalse(os.get_inheritable(fd))
        os.close(fd)
        self.client.device_wait("py2", until=["idle"], deadlineMs=10_000)

    def test_a_descriptor_is_passed_along(self) -> None:
        # One of another file is looked at and refused, and it stays ours.
        with open("/dev/null", "rb") as null:
            with self.assertRaises(vdpad.CallError) as caught:
                self.client.device_status("blk0", fd=null.fileno())
            self.assertIn("descriptor", str(caught.exception))
            os.fstat(null.fileno())

    # Events

    def test_events_go_on_behind_the_last_one_that_was_read(self) -> None:
        with self.client.events(devices=["blk0"], kinds=["runStateChanged"]) as events:
            self.assertEqual([device["name"] for device in events.devices], ["blk0"])
            self.client.device_suspend("blk0")
            states = [next(events).get("runState") for _ in range(2)]
            self.assertEqual(states, ["suspending", "suspended"])
            position = events.position
        # Nobody listens meanwhile.
        self.client.device_resume("blk0")
        with self.client.events(devices=["blk0"], kinds=["runStateChanged"], since=position) as events:
            self.assertEqual([next(events).get("runState") for _ in range(2)], ["resuming", "running"])
            self.assertIsNone(events.next(timeout=0.01))

    def test_what_is_lost_is_told(self) -> None:
        with self.client.events(since={"instance": "of another daemon", "sequence": 1}) as events:
            self.assertEqual(next(events)["kind"], "overflow")

    def test_events_end_with_the_connection(self) -> None:
        events = self.client.events()
        events.close()
        self.assertEqual(list(events), [])


if __name__ == "__main__":
    unittest.main()
