"""A client of vdpad, the host daemon for Linux vDPA devices.

    from vdpad import Client, NotRunning

    with Client() as vdpad:
        try:
            stopped = vdpad.device_suspend("vm1-net", deadlineMs=500)
        except NotRunning:
            ...
        for event in vdpad.events(kinds=["runStateChanged"]):
            print(event["kind"], event.get("device"))
"""

from .client import DEFAULT_SOCKET as DEFAULT_SOCKET
from .client import Client as Client
from .client import Events as Events
from .client import NoAnswer as NoAnswer
from .client import ProtocolViolation as ProtocolViolation
from .client import Unreachable as Unreachable
from .contract import *
