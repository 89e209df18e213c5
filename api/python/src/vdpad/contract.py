"""The methods, types and errors of vdpad's contract.

`make api` writes this module from api/openrpc.json. Parameters and members have the contract's names.
"""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Mapping, Optional, Sequence, Tuple, Type, TypedDict, Union, cast

Access = Literal["none", "host", "shared", "owner"]
"""What vdpad can do to a device now.
`none`: Nobody holds the device: netlink and sysfs only.
`host`: The host's own virtio_vdpa driver uses the device: status from sysfs, no suspend.
`shared`: Another process holds the device: status, configuration, features, suspend, resume.
`owner`: vdpad itself holds and owns the device: everything.
"""

AccessScope = Literal["devices", "host", "visible"]
"""Where a peer needs the role of a method.
`devices`: On every device that the parameters name, or that the operation is about which they name.
`host`: On every device there is and may be, since the call concerns the host.
`visible`: On any device: the answer is about vdpad itself, or has only what the peer may look at.
"""

CheckField = Literal["completeness", "class", "status", "stability", "features", "suspend", "resume", "enableAfterDriverOk", "mappingPersistence", "configurationSize", "mac", "mtu", "queuePairs", "receiveSideScaling", "link", "capacity", "blockSize", "readOnly", "requestLimits", "requestQueues", "writeCache", "zones", "layoutHints", "otherConfiguration", "queueCount", "queueSize", "ringFormat", "groups", "addressSpaces", "iovaRange", "implementation"]
"""What is compared of a state and a target.
`completeness`: Whether the document has every part; blocks only where nobody could supply what is
missing of a queue in use.
`class`: Must be equal.
`status`: A device that failed or needs a reset has no state to go on from.
`stability`: Never blocks: positions that were read of a device that may have moved on are out of
date.
`features`: The target must offer every feature that the driver has accepted.
`suspend`: Without SUSPEND, where the source has it, the device could not be stopped again and keep
its state.
`resume`: Without RESUME, where the source has it, a stopped device could only be reset.
`enableAfterDriverOk`: Needed for a network device with a control queue: it is restored before the
others are enabled.
`mappingPersistence`: Never blocks: a VMM negotiates anew whether mappings survive a reset.
`configurationSize`: The target's configuration space must have every field that the driver may
read.
`mac`: Must be equal if the driver has accepted MAC.
`mtu`: Must be equal if the driver has accepted MTU.
`queuePairs`: The target must have as many; exactly as many where a control queue comes after them.
`receiveSideScaling`: The target's limits must not be lower if the driver has accepted RSS,
HASH_REPORT or HASH_TUNNEL.
`link`: Never blocks: a driver is told of every change of its link, its speed and its duplex mode.
`capacity`: Must be equal.
`blockSize`: Must be equal if the driver has accepted BLK_SIZE.
`readOnly`: The target must not be read-only unless the source is.
`requestLimits`: The target must allow requests as large as those that the driver may make.
`requestQueues`: The target must have as many if the driver has accepted MQ.
`writeCache`: A driver that has accepted CONFIG_WCE and writes through must be able to do so.
`zones`: Must be equal, with limits that are not lower, if the driver has accepted ZONED.
`layoutHints`: Never blocks: geometry, topology and alignments are hints, and another disk's make a
driver slower at most.
`otherConfiguration`: For classes that vdpad does not decode: fits if every byte is equal and the
target understands a section.
`queueCount`: The target must have the queues that the driver may use.
`queueSize`: The target must take rings of the sizes in use.
`ringFormat`: The target must take packed rings if the source has them.
`groups`: Queues with address spaces of their own need groups of their own.
`addressSpaces`: The target must have as many as the source uses.
`iovaRange`: The target must reach every address that the source reaches.
`implementation`: The target must understand the format of each section that is required.
"""

CheckVerdict = Literal["ok", "adaptable", "unknown", "blocking"]
"""Whether a target fits a state, in one field or as a whole.
`ok`: It fits.
`adaptable`: A device created with the parameters given would fit.
`unknown`: It cannot be told from what is known, so it does not count as fitting.
`blocking`: It does not fit.
"""

ConfigurationEffect = Literal["reload", "restart"]
"""When another value in the configuration file takes effect."""

ConfigurationOrigin = Literal["flag", "environment", "file", "default"]
"""Where a value of the configuration comes from."""

ControlSocket = Literal["control", "readonly", "admin"]
"""A socket where the daemon is reached.
`control`: What a client may do, it may do here.
`readonly`: Whoever comes by it may look at most.
`admin`: For root and the daemon's own user alone: its file is 0600.
"""

CreationAttribute = Literal["mac", "mtu", "maxQueuePairs", "features"]
"""What can be chosen when a device is created."""

DeclarationActionKind = Literal["delete", "create", "bind", "setMac", "setNode"]
"""What a step does.
`delete`: The device is deleted, to be made anew by the step that follows.
`create`: The device is created, bound, and its node's rights are set.
`bind`: The device is bound to the declared driver.
`setMac`: The address is changed.
`setNode`: The node's rights are changed.
"""

DeclarationActionOutcome = Literal["planned", "done", "undone", "failed", "undoFailed", "notDone"]
"""What became of a step.
`planned`: It would be done: dryRun.
`done`: It is done.
`undone`: It was done, and taken back since a later one failed.
`failed`: It failed; the device is as it was before it.
`undoFailed`: It was done and could not be taken back.
`notDone`: It was not begun, since an earlier one failed.
"""

DeclarationSavedDeviceState = Literal["written", "unchanged", "skipped"]
"""What became of a file.
`written`: The file was written.
`unchanged`: The device is declared as it is; the file is as it was.
`skipped`: The device cannot be made from a declaration; there is no file.
"""

DeclarationState = Literal["absent", "same", "different", "unknown"]
"""How a declared device and the running host compare.
`absent`: The device is not on the bus.
`same`: Everything that is declared is so.
`different`: Something that is declared is otherwise.
`unknown`: Nothing is known to differ, but something that is declared cannot be read.
"""

DeclaredField = Literal["mgmtdev", "mac", "mtu", "maxQueuePairs", "features", "driver", "node.owner", "node.group", "node.mode"]
"""A member of a declaration that a running device is compared by."""

DeviceClass = str
"""The class of a virtio device, such as net or block; one without a name is class and its id."""

DeviceName = str
"""The name of a device on the vdpa bus."""

DeviceStateSupplier = Literal["owner", "vdpad", "nobody"]
"""Who could supply a missing part.
`owner`: The process that owns the device, usually the VMM.
`vdpad`: vdpad itself, once the device is suspended or opened by it.
`nobody`: The device or the kernel cannot tell.
"""

DriverSelection = Literal["vhost_vdpa", "virtio_vdpa", "none"]
"""The driver of the vdpa bus that a device is to be bound to.
`vhost_vdpa`: The device gets a node for a process to open.
`virtio_vdpa`: The host's own virtio drivers use the device.
`none`: No driver.
"""

ErrorName = Literal["deviceNotFound", "deviceBusy", "notRunning", "notSupported", "notOwner", "deadlineExceeded", "operationInProgress", "permissionDenied", "stateIncompatible", "stateIncomplete", "deviceFailed", "alreadyExists", "kernelError", "hostBlocked", "limitExceeded", "cancelled", "irreversible", "idempotencyMismatch", "deviceGone", "managementDeviceNotFound", "invalidState", "verificationFailed", "parseError", "invalidRequest", "methodNotFound", "invalidParams", "internalError"]
"""The name of an error, for its code."""

EventKind = Literal["deviceAdded", "deviceRemoved", "deviceBound", "deviceUnbound", "runStateChanged", "statusChanged", "configurationChanged", "holderAppeared", "holderExited", "operationStarted", "operationPhase", "operationFinished", "leaseExpiring", "leaseExpired", "leaseEnded", "healthChanged", "overflow"]
"""What an event tells.
`deviceAdded`: A device has come: `driver` and `node` if it has them, `runState`.
`deviceRemoved`: A device has gone.
`deviceBound`: A driver of the vdpa bus has taken a device: `driver`, `node`.
`deviceUnbound`: A driver of the vdpa bus, `driver`, has left a device.
`runStateChanged`: A device's run state is another one: `runState`, `former`.
`statusChanged`: A call has read a status other than the one before: `status`.
`configurationChanged`: A call has read a configuration space other than the one before.
`holderAppeared`: A process has a device's node open, be it vdpad; told again with `holder` once it
is found who it is.
`holderExited`: A process, `holder` if it is known, does not have a device's node open any more.
`operationStarted`: An operation has begun: `operation`, `method`, `devices`.
`operationPhase`: An operation has reached `phase`.
`operationFinished`: An operation is over: `outcome`.
`leaseExpiring`: A lease ends in `expiresInMs` unless it is renewed.
`leaseExpired`: A lease was not renewed in time; its device is resumed.
`leaseEnded`: A lease is over for the `reason` given; its device is not resumed.
`healthChanged`: A problem of `system.health` was `raised`, or says something else now, or is over.
`overflow`: Events were lost: `lost` of them, or an unknown number if the daemon was restarted; read
everything anew.
"""

GroupFailurePolicy = Literal["rollback", "keep"]
"""What becomes of the members of a group that have stopped when another one has not.
`rollback`: They are resumed, the last one of the list first.
`keep`: They stay stopped.
"""

GroupOutcome = Literal["checked", "refused", "suspended", "rolledBack", "kept", "resumed", "unresolved"]
"""What became of a group as a whole.
`checked`: Every member has passed the preflight: dryRun.
`refused`: Nothing was called.
`suspended`: Every member has stopped.
`rolledBack`: Not every member has stopped; those that had go on.
`kept`: Not every member has stopped in time; those that have stay so.
`resumed`: Every member that was asked for goes on.
`unresolved`: At least one member is not where the call was to leave it: its own entry says where it
is.
"""

GroupStep = Literal["preflightBegun", "preflightPassed", "preflightRefused", "stopBegun", "stopped", "stopFailed", "stopLate", "resumeBegun", "resumed", "resumeFailed", "resumeLate", "kept", "holderExited", "vanished"]
"""A step on the path of a member through the stop or the resume of its group.
`preflightBegun`: The checks before the call have begun.
`preflightPassed`: They have passed.
`preflightRefused`: They have not.
`stopBegun`: SUSPEND is about to be called.
`stopped`: The stop is confirmed.
`stopFailed`: The stop has failed.
`stopLate`: SUSPEND has not returned by the deadline.
`resumeBegun`: RESUME is about to be called.
`resumed`: The device goes on.
`resumeFailed`: The resume has failed.
`resumeLate`: RESUME has not returned in time.
`kept`: The device is left stopped although its group did not stop as a whole.
`holderExited`: The process that held the device has exited.
`vanished`: The device has left the bus.
"""

HealthProblemKind = Literal["netlinkUnavailable", "notificationsUnavailable", "removalPending", "unfinishedChange", "autoprobeOff", "stuckCall", "stateDirectory", "recoveryFailed", "declaration"]
"""What kind of problem it is.
`netlinkUnavailable`: The vdpa netlink family cannot be reached.
`notificationsUnavailable`: The kernel does not tell what changes: nodes opened and closed, devices
that come and go.
`removalPending`: A node was removed while a process holds it: netlink waits for its last close.
`unfinishedChange`: A change of a device was begun, and could be neither finished nor taken back.
`autoprobeOff`: The kernel does not bind new devices by itself as it did before.
`stuckCall`: A kernel call has not returned.
`stateDirectory`: The state directory cannot be written.
`recoveryFailed`: A device may be stopped, and vdpad could not find out or not resume it.
`declaration`: A declaration cannot be used, or the device that it declares could not be made.
"""

HexadecimalBytes = str
"""Bytes: two lower-case hexadecimal digits for each."""

HexadecimalNumber = str
"""A number of 64 bits as a string, such as 0x17e: many JSON libraries keep only 53 bits."""

HostKind = Literal["kernel", "simulated"]
"""Whose devices a daemon serves.
`kernel`: The vDPA devices of this machine.
`simulated`: Those of the simulated host.
"""

LeaseKind = Literal["hold", "connection"]
"""What a suspension ends with by itself.
`hold`: A time, unless the lease is renewed.
`connection`: The connection of the client that asked for it.
"""

MACAddress = str
"""An Ethernet address: six bytes, hexadecimal, with colons."""

Mechanism = Literal["ioctl", "statusBitSuspend", "statusBitStop", "reset"]
"""How a device is stopped.
`ioctl`: VHOST_VDPA_SUSPEND and VHOST_VDPA_RESUME.
`statusBitSuspend`: The SUSPEND bit of the device status, value 16 (virtio 1.4), if feature 43 is
negotiated.
`statusBitStop`: The STOP bit of an older proposal, value 32, if the daemon's configuration declares
that the device has it.
`reset`: A reset, which loses the device's state.
"""

NodeMode = str
"""Permission bits of a node, octal, such as 0660."""

OperationState = Literal["running", "succeeded", "failed", "cancelled", "interrupted"]
"""Where an operation is.
`running`: Under way, or waiting for its turn.
`succeeded`: Done.
`failed`: Not done; the error says why.
`cancelled`: Ended by operation.cancel, or because its client had gone.
`interrupted`: The daemon ended while it was under way.
"""

QueueUse = Literal["receive", "transmit", "control"]
"""What a virtqueue of a network device is for.
`receive`: Packets to the driver.
`transmit`: Packets from the driver.
`control`: Commands.
"""

RestoreMode = Literal["owner", "preflight", "handOver", "rewind"]
"""What is done with a state.
`owner`: vdpad opens the device, becomes its owner and gives it the state.
`preflight`: vdpad tries all that can be tried without starting the device, and closes it again.
`handOver`: The caller gets the device's descriptor and what it has to program.
`rewind`: Positions of queues are set back on a suspended device that vdpad owns.
"""

RestoredFieldInfoOutcome = Literal["verified", "accepted", "refused"]
"""How far it is proved that the device has a field.
`verified`: The device has the value: it was read back, or was there before.
`accepted`: The device took the value, which nothing has read back; `reason` says if it tells
another one so far.
`refused`: The device does not take the value; in mode preflight only, an error elsewhere.
"""

RingFormat = Literal["split", "packed"]
"""How the rings of a queue lie in memory.
`split`: Descriptor table, available ring and used ring.
`packed`: One descriptor ring.
"""

Role = Literal["monitor", "operator", "admin"]
"""What a peer may do.
`monitor`: May look.
`operator`: May also stop and start devices, and take one over to run it.
`admin`: May do everything.
"""

RunState = Literal["idle", "running", "suspending", "suspended", "resuming", "needsReset", "failed", "unknown", "gone"]
"""vdpad's record of whether a device runs.
`idle`: DRIVER_OK is not set: nobody drives the device.
`running`: DRIVER_OK is set and vdpad knows of no stop.
`suspending`: A stop has begun and has not been confirmed: the device may be stopped.
`suspended`: SUSPEND returned 0 with DRIVER_OK set before and after it, or the device shows by a
stop bit that it has stopped.
`resuming`: A resume has begun and has not been confirmed: the device may be stopped.
`needsReset`: The device shows DEVICE_NEEDS_RESET.
`failed`: The device shows FAILED, or it did not stop or start.
`unknown`: vdpad cannot tell.
`gone`: The device is no longer on the bus.
"""

SHA256Digest = str
"""A SHA-256 digest: sha256: and 64 lower-case hexadecimal digits."""

Time = str
"""A moment of the wall clock: RFC 3339 in UTC."""


class AddressRange(TypedDict):
    """A range of addresses, both ends included."""

    first: HexadecimalNumber
    """The lowest address."""
    last: HexadecimalNumber
    """The highest address."""


class BlockConfiguration(TypedDict, total=False):
    """The decoded configuration space of a block device; what the device does not offer is left out."""

    capacitySectors: int
    """In sectors of 512 bytes."""
    maximumSegmentBytes: int
    """The largest segment of a request."""
    maximumSegments: int
    """Segments of one request."""
    cylinders: int
    """Legacy geometry."""
    heads: int
    """Legacy geometry."""
    sectors: int
    """Legacy geometry."""
    blockSizeBytes: int
    """The logical block."""
    physicalBlockExponent: int
    """Logical blocks in a physical one, as exponent of two."""
    alignmentOffsetBlocks: int
    """Of the first aligned logical block."""
    minimumIoBlocks: int
    """The smallest request without loss of speed."""
    optimalIoBlocks: int
    """The best size of sustained requests."""
    writeback: int
    """0 write-through, 1 write-back."""
    queues: int
    """Request queues."""
    maximumDiscardSectors: int
    """In sectors of 512 bytes."""
    maximumDiscardSegments: int
    """Segments of one request."""
    discardAlignmentSectors: int
    """In sectors of 512 bytes."""
    maximumWriteZeroesSectors: int
    """In sectors of 512 bytes."""
    maximumWriteZeroesSegments: int
    """Segments of one request."""
    writeZeroesMayUnmap: int
    """1 when write zeroes may deallocate."""
    maximumSecureEraseSectors: int
    """In sectors of 512 bytes."""
    maximumSecureEraseSegments: int
    """Segments of one request."""
    secureEraseAlignmentSectors: int
    """In sectors of 512 bytes."""
    zoneSectors: int
    """In sectors of 512 bytes."""
    maximumOpenZones: int
    """0 for no limit."""
    maximumActiveZones: int
    """0 for no limit."""
    maximumAppendSectors: int
    """In sectors of 512 bytes."""
    writeGranularityBytes: int
    """Of writes to a zone."""
    zonedModel: int
    """0 none, 1 host-managed, 2 host-aware."""


class _BoundDevice1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""


class BoundDevice(_BoundDevice1, total=False):
    """Where a device is, and how it is bound."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""
    managementDevice: str
    """The management device that created it."""
    driver: str
    """The bus driver: vhost_vdpa, virtio_vdpa or another; absent if unbound."""
    node: str
    """The path of its node, when it is bound to vhost_vdpa."""


class CallTiming(TypedDict):
    """The bounds of the moment at which a kernel call took effect."""

    call: str
    """The system call."""
    enteredAtNs: int
    """CLOCK_MONOTONIC just before it was entered, in nanoseconds."""
    returnedAtNs: int
    """CLOCK_MONOTONIC just after it had returned, in nanoseconds."""
    durationNs: int
    """The time between the two, in nanoseconds."""


class _CheckedField1(TypedDict):
    field: CheckField
    """What was compared."""
    verdict: CheckVerdict
    """Whether the target fits."""
    reason: str
    """Why, in a sentence."""


class CheckedField(_CheckedField1, total=False):
    """A field and what was found in it."""

    state: str
    """What the state has, or needs."""
    target: str
    """What the target has."""
    parameters: CreationParameters
    """What would make it fit; for features that fit, what would leave out those that are maskable."""
    maskable: List[str]
    """Features that the target offers and the source did not."""
    advisory: bool
    """True for what does not count for the whole."""


class _ConfigGetResult1(TypedDict):
    members: List[ConfigurationMember]
    """Every member, in the order of the file."""


class ConfigGetResult(_ConfigGetResult1, total=False):
    """The configuration that is in force."""

    file: str
    """The configuration file; absent when none is read."""
    problem: str
    """Why the file could not be used when it was last read again: what is in force is older."""


class _ConfigurationMember1(TypedDict):
    name: str
    """Its name, with dots for members of members."""
    origin: ConfigurationOrigin
    """Where the value comes from."""
    effect: ConfigurationEffect
    """When another value in the file takes effect."""


class ConfigurationMember(_ConfigurationMember1, total=False):
    """One member of the configuration that is in force."""

    value: Any
    """Its value; absent for none."""
    pending: Any
    """The value that it will have after a restart, if that is another one."""


class Counter(TypedDict):
    """A number that a device's driver counts."""

    name: str
    """Its name, the driver's own."""
    value: int
    """Its value."""


class _CreationParameters1(TypedDict):
    mgmtdev: str
    """The management device."""


class CreationParameters(_CreationParameters1, total=False):
    """Parameters of device.add that make a device which fits."""

    mac: MACAddress
    """The address."""
    mtu: int
    """Bytes."""
    maxQueuePairs: int
    """Queue pairs, at most."""
    features: List[str]
    """The features that are to be offered; all if absent."""


class _Declaration1(TypedDict):
    name: DeviceName
    """The device's name on the vdpa bus."""
    mgmtdev: str
    """The management device that creates it: BUS/NAME, or NAME for one without a bus."""


class Declaration(_Declaration1, total=False):
    """A device that is meant to be there."""

    mac: MACAddress
    """A network device's address: unicast, not zero."""
    mtu: int
    """A network device's MTU, in bytes."""
    maxQueuePairs: int
    """A network device's queue pairs, at most."""
    features: List[str]
    """The features that it offers, all that the management device can provide if absent: names, bitN,
    or masks such as 0x300000000; together they are the set.
    """
    driver: DriverSelection
    """The driver that it is bound to; what the kernel does if absent."""
    node: NodeRights
    """Who may open its node; the configuration's default if absent."""
    autostart: bool
    """True: the device is created at the daemon's start, and when its management device appears."""


class _DeclarationAction1(TypedDict):
    device: DeviceName
    """The device."""
    action: DeclarationActionKind
    """What is done."""
    fields: List[DeclaredField]
    """The declared members that are the reason; empty for a device that is absent."""
    outcome: DeclarationActionOutcome
    """What became of it."""


class DeclarationAction(_DeclarationAction1, total=False):
    """One step from the running host to what is declared."""

    message: str
    """Why it failed, or could not be taken back."""


class DeclarationApplyResult(TypedDict):
    """What was done to make the running host what is declared."""

    actions: List[DeclarationAction]
    """The steps, in their order; none when everything is as declared."""
    dryRun: bool
    """True: nothing was done."""
    problems: List[DeclarationProblem]
    """What is wrong with the declarations, and what of them cannot be compared."""


class _DeclarationDiffResult1(TypedDict):
    differences: List[DeclarationDifference]
    """The declared devices that are not as declared, in the order of the declarations."""
    undeclared: List[DeviceName]
    """The devices on the bus that nothing declares, by name."""
    problems: List[DeclarationProblem]
    """What is wrong with the declarations."""


class DeclarationDiffResult(_DeclarationDiffResult1, total=False):
    """Where the running host differs from what is declared."""

    asOf: str
    """When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now."""


class DeclarationDifference(TypedDict):
    """What of a declared device is not as it is declared."""

    device: DeviceName
    """The device."""
    file: str
    """The file that declares it."""
    state: DeclarationState
    """How it compares with the running host."""
    fields: List[DeclaredFieldDifference]
    """What differs or cannot be read, in the order of a declaration; empty for a device that is
    absent.
    """


class _DeclarationListResult1(TypedDict):
    declarations: List[DeclaredDevice]
    """The declared devices, in the order of the files' names and in each as they stand there."""
    problems: List[DeclarationProblem]
    """What is wrong with the files; what is declared there is not among the declarations."""


class DeclarationListResult(_DeclarationListResult1, total=False):
    """The declared devices."""

    asOf: str
    """When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now."""


class _DeclarationProblem1(TypedDict):
    file: str
    """The file, or the directory when that cannot be read."""
    message: str
    """What is wrong, in one sentence."""


class DeclarationProblem(_DeclarationProblem1, total=False):
    """What is wrong with a declaration."""

    line: int
    """The line, from 1; absent when it is the file as a whole."""
    column: int
    """The column in characters, from 1."""
    device: DeviceName
    """The device that is declared there, if it is known."""


class DeclarationSaveResult(TypedDict):
    """What was saved."""

    files: List[DeclarationSavedDevice]
    """The devices, by name."""


class _DeclarationSavedDevice1(TypedDict):
    device: DeviceName
    """The device."""
    state: DeclarationSavedDeviceState
    """What became of the file."""


class DeclarationSavedDevice(_DeclarationSavedDevice1, total=False):
    """A device that was to be saved, and what became of its file."""

    path: str
    """The file that declares it; absent when it is skipped."""
    message: str
    """Why the device is skipped."""


class DeclaredDevice(TypedDict):
    """A declared device, where it is declared, and whether it is there."""

    file: str
    """The file that declares it."""
    declaration: Declaration
    """What it declares."""
    state: DeclarationState
    """How it compares with the running host."""


class _DeclaredFieldDifference1(TypedDict):
    field: DeclaredField
    """The member of the declaration."""
    declared: Any
    """The declared value, as it stands in the declaration."""


class DeclaredFieldDifference(_DeclaredFieldDifference1, total=False):
    """A declared value, and what the running device has instead."""

    actual: Any
    """The device's value in the same form; absent when it cannot be read, which is not the same as
    none.
    """


class _Device1(TypedDict):
    name: DeviceName
    """The device's name on the vdpa bus."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    access: Access
    """What vdpad can do to the device now."""


_Device2Words = TypedDict("_Device2Words", {"class": "DeviceClass"}, total=False)


class _Device2(_Device2Words, _Device1):
    pass


class Device(_Device2, total=False):
    """A device as it can be described without opening it."""

    managementDevice: str
    """The management device that created it."""
    vendorId: int
    """The virtio vendor id."""
    queueCount: int
    """How many virtqueues it has, control queue included."""
    maximumQueueSize: int
    """The largest ring size."""
    driver: str
    """The bus driver: vhost_vdpa, virtio_vdpa or another; absent if unbound."""
    node: str
    """The path of its node, when it is bound to vhost_vdpa."""
    nodeRights: NodeRights
    """Who may open its node; a user or group without a name by number."""
    lease: Lease
    """When vdpad resumes it; device.get alone says it."""


class _DeviceConfigResult1(TypedDict):
    device: DeviceName
    """The device."""
    access: Access
    """What vdpad can do to the device now."""
    missing: List[DeviceStateMissingPart]
    """What could not be read, and why."""


_DeviceConfigResult2Words = TypedDict("_DeviceConfigResult2Words", {"class": "DeviceClass"}, total=False)


class _DeviceConfigResult2(_DeviceConfigResult2Words, _DeviceConfigResult1):
    pass


class DeviceConfigResult(_DeviceConfigResult2, total=False):
    """A device's configuration."""

    features: NamedMask
    """The features that the device offers."""
    negotiatedFeatures: NamedMask
    """The features that the driver accepted; absent before FEATURES_OK, which is not the same as none."""
    raw: HexadecimalBytes
    """The configuration space, in hexadecimal; absent when it was not read."""
    net: NetworkConfiguration
    """A network device's configuration."""
    block: BlockConfiguration
    """A block device's configuration."""
    asOf: Time
    """When the values were read, if not just now."""


class _DeviceControlState1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""


class DeviceControlState(_DeviceControlState1, total=False):
    """Where a device is, and how far that is known."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""


class _DeviceGetResult1(TypedDict):
    device: Device
    """The device."""


class DeviceGetResult(_DeviceGetResult1, total=False):
    """One device."""

    asOf: str
    """When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now."""


class _DeviceHoldersResult1(TypedDict):
    device: DeviceName
    """The device."""
    holders: List[Holder]
    """The processes that have the node open."""
    complete: bool
    """False when the search ended early or rights are missing: a holder may then be absent from the
    list.
    """


class DeviceHoldersResult(_DeviceHoldersResult1, total=False):
    """Who holds a device."""

    reason: str
    """Why it is not complete."""


class DeviceInitialization(TypedDict, total=False):
    """How a device is brought up: features, rings, DRIVER_OK."""

    queueSize: int
    """The ring size of every queue, a power of two; the device's maximum if absent."""


class DeviceLease(TypedDict):
    """The lease of a device."""

    device: DeviceName
    """The device."""
    lease: Lease
    """Its lease."""


class _DeviceListResult1(TypedDict):
    devices: List[Device]
    """The devices, sorted by name."""


class DeviceListResult(_DeviceListResult1, total=False):
    """The devices of the host."""

    asOf: str
    """When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now."""


class _DeviceProgram1(TypedDict):
    features: NamedMask
    """The features to accept, these and no others."""
    configuration: HexadecimalBytes
    """The configuration space; the bytes that differ are to be written, and read back."""
    queues: List[DeviceProgramQueue]
    """Every queue."""
    order: List[str]
    """The calls in their order; those of a queue for one queue after the other."""


class DeviceProgram(_DeviceProgram1, total=False):
    """What the owner of a device has to give it so that it goes on where another one stopped."""

    backendFeatures: NamedMask
    """The backend features that the source offered: to accept as far as they are offered."""


class DeviceProgramQueue(TypedDict):
    """What one queue has to be given."""

    index: int
    """Counted from 0."""
    size: int
    """The number of descriptors, for VHOST_SET_VRING_NUM."""
    format: RingFormat
    """The layout of the ring."""
    position: RingPosition
    """Where the device begins."""
    vringBase: int
    """The position as VHOST_SET_VRING_BASE takes it."""


class _DeviceResetResult1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""
    lost: List[str]
    """What the reset has destroyed."""


class DeviceResetResult(_DeviceResetResult1, total=False):
    """What the reset has done."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""


class _DeviceResumeResult1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""
    wasSuspended: bool
    """True when vdpad's record said that it was suspended."""
    dryRun: bool
    """True when nothing was called."""
    kickNeeded: bool
    """True when a queue may wait until the driver side kicks it again."""


class DeviceResumeResult(_DeviceResumeResult1, total=False):
    """What was done."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""
    timing: CallTiming
    """When the kernel call was made; absent for a dry run."""
    downtime: Downtime
    """How long the guest was without the device, if vdpad had stopped it."""
    configurationChanged: bool
    """Whether the configuration differs from the snapshot at the suspend; absent when that cannot be
    told.
    """


class _DeviceSetResult1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""


class DeviceSetResult(_DeviceSetResult1, total=False):
    """What was changed."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""
    mac: MACAddress
    """A network device's address as it was read back; absent if it was not to be changed."""


class DeviceState(TypedDict):
    """The state of a device."""

    schema: str
    """The schema of this document."""
    source: DeviceStateSource
    """Where and when the state was read."""
    identity: DeviceStateIdentity
    """Which device it is."""
    standard: DeviceStateStandard
    """What the virtio standard defines."""
    implementation: List[DeviceStateImplementationSection]
    """What only an implementation understands."""
    completeness: DeviceStateCompleteness
    """Whether anything is missing, and what."""
    stability: DeviceStateStability
    """Whether the device stood still while it was read."""
    digest: SHA256Digest
    """SHA-256 over the canonical form without this member; shows integrity, not origin."""


class _DeviceStateAfter1(TypedDict):
    runState: RunState
    """vdpad's record of the device."""


class DeviceStateAfter(_DeviceStateAfter1, total=False):
    """What a device is after a call that failed."""

    status: NamedMask
    """The status byte; absent when it could not be read."""


class _DeviceStateCompleteness1(TypedDict):
    complete: bool
    """Whether nothing is missing: status, features, backend features, configuration, and size and
    position of every queue are there.
    """
    missing: List[DeviceStateMissingPart]
    """Every part that is known to be missing."""


class DeviceStateCompleteness(_DeviceStateCompleteness1, total=False):
    """Whether anything is missing, and what; and what comes from elsewhere."""

    supplied: List[DeviceStateSuppliedPart]
    """Every part that vdpad did not read itself."""


class _DeviceStateConfiguration1(TypedDict):
    size: int
    """Bytes."""
    raw: HexadecimalBytes
    """All bytes."""


class DeviceStateConfiguration(_DeviceStateConfiguration1, total=False):
    """The configuration space."""

    net: NetworkConfiguration
    """Decoded, for a network device."""
    block: BlockConfiguration
    """Decoded, for a block device."""
    fs: FileSystemConfiguration
    """Decoded, for a file system device."""


class DeviceStateControlQueue(TypedDict, total=False):
    """What the driver of a network device has set through the control queue; what is not known is left
    out.
    """

    queuePairs: int
    """Pairs of receive and transmit queues in use."""
    mac: MACAddress
    """The Ethernet address, if the driver has set another one."""
    promiscuous: bool
    """Whether every packet is received."""
    allMulticast: bool
    """Whether every multicast packet is received."""
    unicast: List[MACAddress]
    """The unicast addresses that are received beside mac."""
    multicast: List[MACAddress]
    """The multicast addresses that are received."""
    vlans: List[int]
    """The VLANs that are received."""
    guestOffloads: HexadecimalNumber
    """The guest's offloads that are on, as feature bits."""


_DeviceStateIdentity1Words = TypedDict("_DeviceStateIdentity1Words", {"class": "DeviceClass"})


class _DeviceStateIdentity1(_DeviceStateIdentity1Words):
    pass


class _DeviceStateIdentity2(_DeviceStateIdentity1):
    name: DeviceName
    """The name on the vdpa bus."""
    classId: int
    """The virtio device id of the class."""


class DeviceStateIdentity(_DeviceStateIdentity2, total=False):
    """Which device it is."""

    vendorId: int
    """The virtio vendor id."""


class DeviceStateImplementationSection(TypedDict):
    """Something that only an implementation understands."""

    format: str
    """The identifier of the format."""
    required: bool
    """Whether a restore without it must be refused."""
    data: Any
    """As the format says."""


class DeviceStateMissingPart(TypedDict):
    """A part that the document lacks."""

    part: str
    """The path of the part, such as standard.queues[0].position."""
    reason: str
    """Why it is missing."""
    supplier: DeviceStateSupplier
    """Who could supply it."""


class _DeviceStateQueue1(TypedDict):
    index: int
    """Counted from 0."""


class DeviceStateQueue(_DeviceStateQueue1, total=False):
    """One virtqueue."""

    maximumSize: int
    """The largest number of descriptors."""
    size: int
    """The number of descriptors in use."""
    format: RingFormat
    """The layout of the ring."""
    position: RingPosition
    """How far the device has come."""
    group: int
    """The virtqueue group."""
    descriptorGroup: int
    """The group of the descriptors, where they have their own."""
    addressSpace: int
    """The address space of the group."""


class _DeviceStateSource1(TypedDict):
    host: str
    """The name of the host."""
    kernel: str
    """The release of its kernel."""
    vdpad: str
    """The version of vdpad."""
    time: Time
    """When the state was read."""


class DeviceStateSource(_DeviceStateSource1, total=False):
    """Where and when the state was read."""

    managementDevice: str
    """The management device that made the device, as bus/name or name."""


class _DeviceStateStability1(TypedDict):
    suspended: bool
    """Whether the device was suspended while it was read."""
    vouched: bool
    """Whether nobody else could have resumed it meanwhile."""
    verification: List[str]
    """How it was checked that the device stood still."""


class DeviceStateStability(_DeviceStateStability1, total=False):
    """Whether the device stood still while it was read."""

    operation: str
    """The operation that suspended it."""
    mechanism: str
    """How it was stopped."""
    assertedAt: Time
    """When the stop was last asserted."""


class _DeviceStateStandard1(TypedDict):
    queues: List[DeviceStateQueue]
    """The virtqueues about which something is known."""


class DeviceStateStandard(_DeviceStateStandard1, total=False):
    """What the virtio standard defines, as far as it could be read."""

    status: NamedMask
    """The device status."""
    deviceFeatures: NamedMask
    """What the device offers."""
    negotiatedFeatures: NamedMask
    """What the driver has accepted."""
    backendFeatures: NamedMask
    """What vhost-vdpa can do with the device."""
    configuration: DeviceStateConfiguration
    """The configuration space."""
    queueCount: int
    """Virtqueues, with the control queue."""
    controlQueue: DeviceStateControlQueue
    """What the driver has set through the control queue; of a network device only."""
    groupCount: int
    """Virtqueue groups."""
    addressSpaceCount: int
    """Address spaces."""
    iovaRange: AddressRange
    """The I/O virtual addresses that the device can reach."""


class DeviceStateSuppliedPart(TypedDict):
    """A part that vdpad did not read itself."""

    part: str
    """The path of the part, such as standard.queues[0].position."""
    source: str
    """Where it comes from, in the words of the agent that supplied it."""


class _DeviceStateSuppliedParts1(TypedDict):
    source: str
    """Where the parts come from, such as QEMU 10.0 x-query-virtio-queue-status."""


class DeviceStateSuppliedParts(_DeviceStateSuppliedParts1, total=False):
    """What an agent has read from the VMM that owns the device."""

    queues: List[DeviceStateQueue]
    """Queues, with the members that are known."""
    controlQueue: DeviceStateControlQueue
    """What the driver has set through the control queue; of a network device only."""


class _DeviceStatsResult1(TypedDict):
    device: DeviceName
    """The device."""
    readAtNs: int
    """CLOCK_MONOTONIC when the first queue was asked for, in nanoseconds."""
    queues: List[QueueCounters]
    """The queues that could be read."""
    missing: List[DeviceStateMissingPart]
    """What could not be read, and why."""


class DeviceStatsResult(_DeviceStatsResult1, total=False):
    """What the device's driver counts."""

    negotiatedFeatures: NamedMask
    """The features that the driver accepted; absent before FEATURES_OK."""
    maxQueuePairs: int
    """The queue pairs of a network device; absent where the kernel does not tell."""


class _DeviceStatusResult1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""


_DeviceStatusResult2Words = TypedDict("_DeviceStatusResult2Words", {"class": "DeviceClass"}, total=False)


class _DeviceStatusResult2(_DeviceStatusResult2Words, _DeviceStatusResult1):
    pass


class DeviceStatusResult(_DeviceStatusResult2, total=False):
    """Where a device is."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""
    managementDevice: str
    """The management device that created it."""
    features: NamedMask
    """The features that the device offers."""
    backendFeatures: NamedMask
    """The features that the kernel offers for the device."""
    holders: List[Holder]
    """The process through which the device was asked."""


class _DeviceSuspendResult1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""
    mechanism: Mechanism
    """How the device was stopped."""
    wasSuspended: bool
    """True when vdpad's record said that it was suspended already; the ioctl was issued again."""
    dryRun: bool
    """True when nothing was called."""


class DeviceSuspendResult(_DeviceSuspendResult1, total=False):
    """What was done."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""
    timing: CallTiming
    """When the kernel call was made; absent for a dry run."""
    configurationDigest: SHA256Digest
    """SHA-256 of the configuration space at the stop; absent when it could not be read."""
    operation: str
    """The operation, by which the lease is renewed; absent for a dry run."""
    lease: Lease
    """When vdpad resumes the device; absent for a stop without an end."""


class Downtime(TypedDict):
    """How long the guest was without a device: at least and at most."""

    minimumNs: int
    """From the return of SUSPEND to the entry of RESUME, in nanoseconds."""
    maximumNs: int
    """From the entry of SUSPEND to the return of RESUME, in nanoseconds."""


class _ErrorData1(TypedDict):
    name: ErrorName
    """The code's name."""
    message: str
    """One sentence: what was refused or failed, and why."""
    retryable: bool
    """True when the same call can succeed later without the caller changing anything."""


class ErrorData(_ErrorData1, total=False):
    """The data of an error reply."""

    device: DeviceName
    """The device concerned."""
    errno: str
    """The symbolic name of the kernel's error number, such as EBUSY."""
    kernelMessage: str
    """The text that the kernel sent along."""
    stateAfter: DeviceStateAfter
    """What the device is now."""
    holders: List[Holder]
    """Who holds the device."""
    missing: List[str]
    """What the device does not offer, or the parts that a state lacks."""
    field: str
    """The member of a state that does not fit, or at which its restore has failed."""
    limit: Limit
    """The limit that was passed."""
    requiredRole: Role
    """The role that the call needs and the caller lacks."""
    heldRole: Role
    """The role that the caller has there; absent when it has none."""
    operation: str
    """The operation that goes on."""
    actions: List[DeclarationAction]
    """What became of each step of declaration.apply."""
    group: GroupReport
    """What became of each member of group.suspend and group.resume."""
    hint: str
    """What the caller can do about it."""


class EventFilter(TypedDict, total=False):
    """Which events are told; `overflow` always is."""

    devices: List[DeviceName]
    """Only events of these devices, which need not be there; else all."""
    kinds: List[EventKind]
    """Only events of these kinds; all if absent."""


class EventPosition(TypedDict):
    """A place in the order of events."""

    instance: str
    """The run of the daemon that numbered the events."""
    sequence: int
    """The last event that was told."""


class _EventsEventParams1(TypedDict):
    subscription: int
    """The number that events.subscribe answered."""
    sequence: int
    """Its place in the order of all events of one run of the daemon; after `overflow` that of the last
    one lost.
    """
    at: str
    """When, by the wall clock, as RFC 3339 in UTC."""
    atNs: int
    """When, by CLOCK_MONOTONIC, in nanoseconds."""
    kind: EventKind
    """What has happened."""


class EventsEventParams(_EventsEventParams1, total=False):
    """An event, and for which subscription it is told. Which members it has follows from its kind."""

    device: DeviceName
    """The device concerned."""
    devices: List[DeviceName]
    """The devices concerned, where there may be several."""
    operation: str
    """The id of the operation."""
    method: str
    """The method whose call the operation is."""
    phase: str
    """What the operation has reached."""
    outcome: str
    """How the operation has ended."""
    runState: RunState
    """The run state now."""
    former: RunState
    """The run state before."""
    status: NamedMask
    """The device's status now."""
    driver: str
    """The driver of the vdpa bus."""
    node: str
    """The device's node."""
    holder: Holder
    """The process, if it is known."""
    expiresInMs: int
    """In how many milliseconds the lease ends."""
    problem: HealthProblem
    """The problem of the daemon's health."""
    raised: bool
    """False when the problem is over."""
    reason: str
    """Why, in one sentence."""
    lost: int
    """How many events that match, or may have matched, were lost; absent where nobody can tell."""


class EventsSubscribeResult(TypedDict):
    """How everything is at an event."""

    subscription: int
    """The subscription's number."""
    instance: str
    """The run of the daemon, which numbers its events from 1."""
    sequence: int
    """The last event that `devices` and `problems` include."""
    devices: List[Device]
    """The devices on the bus that the filter names, all without one."""
    problems: List[HealthProblem]
    """What is wrong now."""


class EventsUnsubscribeResult(TypedDict):
    """Where a subscription ended."""

    subscription: int
    """The subscription's number."""
    position: EventPosition
    """Where to go on from."""


class FileSystemConfiguration(TypedDict, total=False):
    """The decoded configuration space of a file system device; what the device does not offer is left
    out.
    """

    tag: str
    """The name under which a guest mounts it."""
    requestQueues: int
    """Request queues."""
    notifyBufferBytes: int
    """The size of each buffer of the notification queue."""


class _GroupMember1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """Where it is now."""
    wasSuspended: bool
    """True when vdpad's record said before the call that it was suspended."""
    path: List[GroupMemberPathStep]
    """What happened to it, in order."""


class GroupMember(_GroupMember1, total=False):
    """What became of one member of a group, and how."""

    timing: CallTiming
    """The kernel call that was asked for; absent when it was not made, has not returned or has failed."""
    downtime: Downtime
    """How long the guest was without the device, until now if it is still stopped."""
    kickNeeded: bool
    """True when a queue may wait until the driver side kicks it again; absent when it was not resumed."""
    configurationChanged: bool
    """Whether the configuration differs from the snapshot at the suspend; absent when that cannot be
    told.
    """
    error: ErrorData
    """Why it is not where the call was to leave it."""


class GroupMemberPathStep(TypedDict):
    """One step of a member's path."""

    step: GroupStep
    """What happened."""
    atNs: int
    """CLOCK_MONOTONIC when vdpad learned of it, in nanoseconds."""


class _GroupReport1(TypedDict):
    outcome: GroupOutcome
    """What became of the group as a whole."""
    members: List[GroupMember]
    """Every member, in the order of the call."""


class GroupReport(_GroupReport1, total=False):
    """What became of a group."""

    operation: str
    """The operation, by which the group is resumed and its lease renewed; absent for a dry run."""
    downtime: Downtime
    """How long the guest was without the group, until now if it is still stopped: at least so long all
    that stopped were stopped at once, at most so long any of them was.
    """
    lease: Lease
    """When vdpad resumes the group; absent for a stop without an end."""


class HandedBackDevices(TypedDict):
    """Where devices are that were handed back."""

    devices: List[DeviceControlState]
    """The devices, in the order of the call."""


class _HealthProblem1(TypedDict):
    kind: HealthProblemKind
    """What kind of problem it is."""
    message: str
    """One sentence."""


class HealthProblem(_HealthProblem1, total=False):
    """Something that keeps the daemon from doing all of its work."""

    device: DeviceName
    """The device concerned."""
    sinceMs: int
    """For how long, in milliseconds."""
    holders: List[Holder]
    """Who holds the device, where the problem lasts until they close it."""


class _Holder1(TypedDict):
    pid: int
    """The process."""
    comm: str
    """Its name, chosen by itself: a hint, no identity."""
    startTime: int
    """Clock ticks from boot to its start; with the pid it identifies the process for good."""
    descriptor: int
    """The number of its descriptor."""


class Holder(_Holder1, total=False):
    """A process that has a device's node open."""

    unit: str
    """The systemd unit that it runs in."""


class HolderSelector(TypedDict):
    """The process that holds the device, so that it need not be searched."""

    pid: int
    """The process that has the node open."""


class HostDescription(TypedDict):
    """What the devices and management devices of a host offer."""

    schema: str
    """The schema of this document."""
    host: HostDescriptionOrigin
    """Which host it is, and when it was looked at."""
    managementDevices: List[HostDescriptionManagementDevice]
    """The management devices."""
    devices: List[HostDescriptionDevice]
    """The devices, by name."""
    implementationFormats: List[str]
    """The formats of implementation sections that this host can restore."""
    digest: SHA256Digest
    """SHA-256 over the canonical form without this member; shows integrity, not origin."""


class HostDescriptionConfiguration(TypedDict, total=False):
    """A configuration space, as far as it is known."""

    size: int
    """Bytes."""
    raw: HexadecimalBytes
    """All bytes."""
    net: NetworkConfiguration
    """Decoded, for a network device."""
    block: BlockConfiguration
    """Decoded, for a block device."""


class _HostDescriptionDevice1(TypedDict):
    name: DeviceName
    """The name on the vdpa bus."""
    missing: List[DeviceStateMissingPart]
    """What is not known, and why."""


_HostDescriptionDevice2Words = TypedDict("_HostDescriptionDevice2Words", {"class": "DeviceClass"}, total=False)


class _HostDescriptionDevice2(_HostDescriptionDevice2Words, _HostDescriptionDevice1):
    pass


class HostDescriptionDevice(_HostDescriptionDevice2, total=False):
    """What is known of a device; what is not, is listed as missing."""

    vendorId: int
    """The virtio vendor id."""
    managementDevice: str
    """The management device that created it."""
    held: bool
    """Whether somebody has it open."""
    features: NamedMask
    """What it offers."""
    backendFeatures: NamedMask
    """What vhost-vdpa can do with it."""
    configuration: HostDescriptionConfiguration
    """The configuration space, as far as it is known."""
    queueCount: int
    """Virtqueues, with the control queue."""
    maximumQueueSize: int
    """The largest ring."""
    minimumQueueSize: int
    """The smallest ring."""
    groupCount: int
    """Virtqueue groups."""
    addressSpaceCount: int
    """Address spaces."""
    iovaRange: AddressRange
    """The I/O virtual addresses that it can reach."""
    ringFormats: List[RingFormat]
    """The layouts of rings that its features allow."""


class _HostDescriptionManagementDevice1(TypedDict):
    name: str
    """BUS/NAME, or NAME for a device without a bus."""
    classes: List[DeviceClass]
    """The classes of the devices that it can create."""
    settable: List[CreationAttribute]
    """What may be chosen by device.add; which of it the driver takes, the kernel tells only at the
    creation.
    """


class HostDescriptionManagementDevice(_HostDescriptionManagementDevice1, total=False):
    """What can create devices."""

    maximumQueues: int
    """The most virtqueues of one device; absent where the kernel does not say."""
    features: NamedMask
    """The features that can be provisioned; absent where the kernel does not say."""


class HostDescriptionOrigin(TypedDict):
    """Which host it is, and when it was looked at."""

    name: str
    """The name of the host."""
    kernel: str
    """The release of its kernel."""
    vdpad: str
    """The version of vdpad."""
    time: Time
    """When it was looked at."""


class _Lease1(TypedDict):
    kind: LeaseKind
    """What it ends with."""
    operation: str
    """The operation that began it; a call that names it renews it."""


class Lease(_Lease1, total=False):
    """For how long a device stays stopped: at its end vdpad resumes it."""

    holdMs: int
    """How long it lasts from each renewal, in milliseconds; absent for a connection's."""
    remainingMs: int
    """What is left of it, in milliseconds."""


class Limit(TypedDict):
    """A limit and its value."""

    name: str
    """The limit's name, as system.info reports it."""
    value: int
    """Its value."""


class Limits(TypedDict):
    """The limits of the wire contract."""

    lineBytes: int
    """The longest line that is read, in bytes."""
    replyBytes: int
    """The longest reply, in bytes."""
    depth: int
    """How deeply arrays and objects may be nested."""
    idBytes: int
    """The longest request id that is a string, in bytes."""
    batchRequests: int
    """The most requests in one batch."""
    descriptors: int
    """The most descriptors that may accompany one line."""
    connections: int
    """The most connections."""
    connectionsPerUID: int
    """The most connections of one user other than root and the daemon's own."""
    connectionsKeptForRoot: int
    """Connections kept free for root."""
    connectionsReadonly: int
    """The most connections at the read-only socket of others than root."""
    requestsInFlight: int
    """The most requests of one connection that are in work at once."""
    partialLineMs: int
    """How long a line may stay incomplete, in milliseconds."""
    unreadReplyBytes: int
    """How many bytes of replies may wait for a client; then its requests are not read."""
    unreadReplyMs: int
    """How long a client may read nothing of its replies, in milliseconds."""
    defaultDeadlineMs: int
    """How long a request waits that names no deadline, in milliseconds."""
    subscriptions: int
    """How many subscriptions to events a connection may have."""


class _ManagementDevice1(TypedDict):
    name: str
    """BUS/NAME, or NAME for a device without a bus."""
    classes: List[DeviceClass]
    """The classes of the devices that it can create."""


class ManagementDevice(_ManagementDevice1, total=False):
    """A management device: what can create vDPA devices."""

    maximumQueues: int
    """The most virtqueues of one device."""
    features: NamedMask
    """The features that can be provisioned."""


class MetricsGetResult(TypedDict):
    """What the daemon has counted."""

    metrics: str
    """Every metric, as OpenMetrics 1.0 text."""


class _MgmtdevGetResult1(TypedDict):
    mgmtdev: ManagementDevice
    """The management device."""


class MgmtdevGetResult(_MgmtdevGetResult1, total=False):
    """One management device."""

    asOf: str
    """When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now."""


class _MgmtdevListResult1(TypedDict):
    mgmtdevs: List[ManagementDevice]
    """The management devices, in the kernel's order."""


class MgmtdevListResult(_MgmtdevListResult1, total=False):
    """The management devices."""

    asOf: str
    """When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now."""


class _NamedMask1(TypedDict):
    value: HexadecimalNumber
    """All bits, hexadecimal."""


class NamedMask(_NamedMask1, total=False):
    """A mask of bits and their names."""

    names: List[str]
    """The names of the set bits, lowest first."""
    unknownBits: List[int]
    """Set bits without a name, lowest first."""


class NetworkConfiguration(TypedDict, total=False):
    """The decoded configuration space of a network device; what the device does not offer is left out."""

    mac: MACAddress
    """The Ethernet address."""
    status: int
    """Bit 0 link up, bit 1 announcement wanted."""
    maximumQueuePairs: int
    """Pairs of receive and transmit queues."""
    mtuBytes: int
    """The largest packet."""
    speedMbps: int
    """0 to 2147483647; any other value is unknown."""
    duplex: int
    """0 half, 1 full; any other value is unknown."""
    maximumRssKeyBytes: int
    """The longest key of receive-side scaling."""
    maximumRssTableLength: int
    """Entries of the indirection table."""
    supportedHashTypes: int
    """Mask of hash types."""
    supportedTunnelTypes: int
    """Mask of the tunnels whose inner headers are hashed."""


class NodeRights(TypedDict, total=False):
    """Who may open a device's node."""

    owner: str
    """The user that owns the node, by name or number; left alone if absent."""
    group: str
    """The group of the node, by name or number; left alone if absent."""
    mode: NodeMode
    """The permission bits, octal; left alone if absent."""


class _Operation1(TypedDict):
    id: str
    """Unique, over restarts too."""
    kind: str
    """The method that began it."""
    devices: List[DeviceName]
    """The devices that it concerns."""
    state: OperationState
    """Where it is."""
    startedAt: Time
    """When it was asked for."""
    startedAtNs: int
    """When it was asked for, in nanoseconds of CLOCK_MONOTONIC."""
    peer: OperationPeer
    """Who asked for it."""
    leases: List[DeviceLease]
    """The leases that it began and that last."""


class Operation(_Operation1, total=False):
    """A call that changes something: who asked for it, how far it is, and how it ended."""

    phases: List[OperationPhase]
    """Its steps, in order; operation.list leaves them out."""
    endedAtNs: int
    """When it ended, in nanoseconds of CLOCK_MONOTONIC."""
    idempotencyKey: str
    """What the caller named it."""
    result: Any
    """What the method answered; operation.list leaves it out."""
    error: ErrorData
    """Why it failed; operation.list leaves out what became of each member or step."""


class OperationListResult(TypedDict):
    """The operations."""

    operations: List[Operation]
    """In the order in which they were asked for."""


class OperationPeer(TypedDict):
    """Who asked for an operation, as the kernel recorded it when the client connected."""

    pid: int
    """The process; 0 when it is not visible in the daemon's pid namespace."""
    uid: int
    """Its user."""
    gid: int
    """Its group."""


class _OperationPhase1(TypedDict):
    name: str
    """What began."""
    atNs: int
    """When, in nanoseconds of CLOCK_MONOTONIC."""


class OperationPhase(_OperationPhase1, total=False):
    """A step of an operation."""

    device: DeviceName
    """The device that it concerns."""


class OperationReport(TypedDict):
    """What is known of an operation."""

    operation: Operation
    """The operation."""


class _PolicyCheckResult1(TypedDict):
    allowed: bool
    """Whether the call is allowed."""
    requiredRole: Role
    """The role that it takes."""
    scope: AccessScope
    """Where."""
    reason: str
    """Why, in one sentence."""
    peer: PolicyPeer
    """Who would make the call."""
    grants: List[PolicyGrant]
    """The grants of the configuration, and whether they are for that peer."""


class PolicyCheckResult(_PolicyCheckResult1, total=False):
    """The decision, and what decides it."""

    heldRole: Role
    """The role that the caller has there; absent when it has none."""
    device: DeviceName
    """The first device on which the role does not suffice."""


class _PolicyGrant1(TypedDict):
    role: Role
    """The role."""
    subject: str
    """Whose it is, such as "user 1000"."""
    devices: List[str]
    """The devices, by names with * and ?."""
    applies: bool
    """Whether it is for the peer."""


class PolicyGrant(_PolicyGrant1, total=False):
    """A grant of the configuration, and whether it is for a peer."""

    index: int
    """Its place in the configuration's grants, from 0; absent for what needs no grant."""


class _PolicyPeer1(TypedDict):
    socket: ControlSocket
    """The socket that it comes by."""
    uid: int
    """Its user."""
    gids: List[int]
    """Its groups."""


class PolicyPeer(_PolicyPeer1, total=False):
    """Who makes a call, as far as it decides what is allowed."""

    unit: str
    """Its unit of the system manager."""


class _QueueCounters1(TypedDict):
    index: int
    """The queue."""
    counters: List[Counter]
    """The counters, in the driver's order."""


class QueueCounters(_QueueCounters1, total=False):
    """What a device's driver counts for one virtqueue."""

    use: QueueUse
    """What the queue is for; absent where that is not known."""


class QueueRewind(TypedDict):
    """A queue in which the device is to continue at an earlier position."""

    index: int
    """Counted from 0."""
    position: RingPosition
    """Where the device is to continue."""


class _RestoreProvision1(TypedDict):
    mgmtdev: str
    """The management device that creates it: BUS/NAME, or NAME for one without a bus."""


class RestoreProvision(_RestoreProvision1, total=False):
    """Which management device makes the device that a state is handed over with."""

    node: NodeRights
    """Who may open its node; the configuration's default if absent."""


class _RestoredField1(TypedDict):
    field: str
    """The member of the state, such as standard.queues[1].size."""
    outcome: RestoredFieldInfoOutcome
    """What became of it."""


class RestoredField(_RestoredField1, total=False):
    """What became of one field of a state."""

    reason: str
    """Why it was refused, or is not proved yet."""


class _RingPosition1(TypedDict):
    availableIndex: int
    """The descriptor that the device takes next; 15 bits for a packed ring."""


class RingPosition(_RingPosition1, total=False):
    """How far a device has come in a queue. A split ring has only availableIndex, a packed ring all
    four members.
    """

    availableWrapCounter: bool
    """Packed only: the driver's wrap counter at that index."""
    usedIndex: int
    """Packed only: the descriptor that the device uses next."""
    usedWrapCounter: bool
    """Packed only: the device's wrap counter at that index."""


class _StateCheck1(TypedDict):
    verdict: CheckVerdict
    """The worst of the fields that count."""
    host: str
    """The name of the target's host."""
    fields: List[CheckedField]
    """What was found; only completeness and class when the class differs."""


class StateCheck(_StateCheck1, total=False):
    """Whether a host would accept a state."""

    device: DeviceName
    """The device that the state was compared with."""
    managementDevice: str
    """The management device that the state was compared with a device of."""
    parameters: CreationParameters
    """What a device is to be created with so that it fits; absent for a device that need not be made
    anew.
    """


class StateCheckTarget(TypedDict, total=False):
    """What a state is compared with: exactly one of device and managementDevice must be given."""

    host: HostDescription
    """The document that system.describe of another host has answered."""
    device: DeviceName
    """A device."""
    managementDevice: str
    """A management device: BUS/NAME, or NAME for one without a bus."""


class StateExportResult(TypedDict):
    """A state document."""

    state: DeviceState
    """The document."""


class _StateRestoreResult1(TypedDict):
    device: DeviceName
    """The device."""
    runState: RunState
    """vdpad's record of whether the device runs."""
    vouched: bool
    """False when another process holds the device and may have acted since the record was made."""
    status: Optional[NamedMask]
    """The status byte as the device has it; null when it cannot be read."""
    driverStatus: Optional[NamedMask]
    """The status byte as the guest should see it: stop bits masked."""
    access: Access
    """What vdpad can do to the device now."""
    warnings: List[str]
    """What the caller should know although the call succeeded."""
    mode: RestoreMode
    """What was done with the state."""
    dryRun: bool
    """True when nothing was done to the device."""
    fits: bool
    """False when a preflight has found a field that the device does not take."""
    fields: List[RestoredField]
    """What became of each field that was tried, in order."""


class StateRestoreResult(_StateRestoreResult1, total=False):
    """What became of a state, and where the device is."""

    assertedAt: Time
    """When the kernel last confirmed the record."""
    asOf: Time
    """When the values were read, if not just now because a call to the device has not returned."""
    program: DeviceProgram
    """What the caller has to give the device, in mode handOver."""
    provisioned: CreationParameters
    """What the device was created with, or would be; absent for one that was there."""


class SystemDescribeResult(TypedDict):
    """A description of the host."""

    host: HostDescription
    """The document."""


class SystemHealthResult(TypedDict):
    """The daemon's health."""

    healthy: bool
    """True when there is no problem."""
    problems: List[HealthProblem]
    """What is wrong now."""
    workerCount: int
    """How many host worker processes there are."""
    deviceCount: int
    """How many devices are on the bus."""


class SystemInfoResult(TypedDict):
    """What daemon this is."""

    version: str
    """The version of vdpad."""
    instance: str
    """Changes at every start of the daemon."""
    pid: int
    """The daemon's process."""
    startedAt: Time
    """When the daemon was started."""
    host: HostKind
    """Whose devices it serves."""
    kernelRelease: str
    """The release of the running kernel, as uname says."""
    limits: Limits
    """The limits in force."""


class VdpadError(Exception):
    """Anything that a call can fail with."""


class CallError(VdpadError):
    """The daemon answered with an error. Decide by the class, `name` or `code`, never by the message."""

    code: int
    """The stable code."""
    name: str
    """The code's name."""
    data: ErrorData
    """What else the daemon says: what the device is now, whether a retry can help, a hint."""

    def __init__(self, code: int, message: str, data: Optional[ErrorData] = None) -> None:
        self.code = code
        self.data = data if data is not None else cast(ErrorData, {"message": message})
        self.name = cast(Dict[str, str], self.data).get("name", f"error {code}")
        super().__init__(f"{self.name}: {self.data.get('message', message)}")


class DeviceNotFound(CallError):
    """No device of that name is on the vdpa bus."""


class DeviceBusy(CallError):
    """Somebody holds the device, or it was not closed within a second; `holders` says who, as far as
    it can be found.
    """


class NotRunning(CallError):
    """DRIVER_OK is not set, so there is nothing to stop or to resume."""


class NotSupported(CallError):
    """The device does not offer what the call needs; `missing` names it."""


class NotOwner(CallError):
    """The call needs the access of the process that owns the device."""


class DeadlineExceeded(CallError):
    """The call did not finish in time; it goes on, and `stateAfter` says what is known."""


class OperationInProgress(CallError):
    """Another operation on the device has not finished."""


class PermissionDenied(CallError):
    """The caller, or the daemon itself, lacks a right; the message says which."""


class StateIncompatible(CallError):
    """The state document does not fit the device."""


class StateIncomplete(CallError):
    """The state document lacks a part that is needed."""


class DeviceFailed(CallError):
    """The device shows NEEDS_RESET or FAILED, or it did not stop or start."""


class AlreadyExists(CallError):
    """A device of that name exists."""


class KernelError(CallError):
    """The kernel refused; `errno` and `kernelMessage` say how."""


class HostBlocked(CallError):
    """A kernel call has not returned and blocks this one."""


class LimitExceeded(CallError):
    """A limit was passed; `limit` names it and its value."""


class Cancelled(CallError):
    """The operation was cancelled."""


class Irreversible(CallError):
    """The device could be stopped but not resumed; `allowIrreversible` permits it."""


class IdempotencyMismatch(CallError):
    """The idempotency key was used with other parameters, or its descriptor was passed."""


class DeviceGone(CallError):
    """The device vanished during the call."""


class ManagementDeviceNotFound(CallError):
    """No management device of that name exists."""


class InvalidState(CallError):
    """The state document is malformed or its digest is wrong."""


class VerificationFailed(CallError):
    """What was read back differs from what was asked for."""


class ParseError(CallError):
    """The line is not valid JSON; the message names the byte."""


class InvalidRequest(CallError):
    """The value is not a JSON-RPC 2.0 request."""


class MethodNotFound(CallError):
    """There is no such method."""


class InvalidParams(CallError):
    """A parameter is missing, unknown, of the wrong type or out of range; the message names it."""


class InternalError(CallError):
    """The daemon has failed; please report it."""


ERRORS: Dict[int, Type[CallError]] = {
    1001: DeviceNotFound,
    1002: DeviceBusy,
    1003: NotRunning,
    1004: NotSupported,
    1005: NotOwner,
    1006: DeadlineExceeded,
    1007: OperationInProgress,
    1008: PermissionDenied,
    1009: StateIncompatible,
    1010: StateIncomplete,
    1011: DeviceFailed,
    1012: AlreadyExists,
    1013: KernelError,
    1014: HostBlocked,
    1015: LimitExceeded,
    1016: Cancelled,
    1017: Irreversible,
    1018: IdempotencyMismatch,
    1019: DeviceGone,
    1020: ManagementDeviceNotFound,
    1021: InvalidState,
    1022: VerificationFailed,
    -32700: ParseError,
    -32600: InvalidRequest,
    -32601: MethodNotFound,
    -32602: InvalidParams,
    -32603: InternalError,
}
"""The classes of errors by their codes."""


class Methods:
    """A function for each method of the contract. What is None is left out of the parameters."""

    def _request(
        self, method: str, params: Mapping[str, Any], fds: Sequence[int] = (), replyFds: int = 0
    ) -> Tuple[Any, List[int]]:
        raise NotImplementedError

    def system_info(self) -> SystemInfoResult:
        """Says what daemon this is and which limits it has.

        Never touches a device. The instance changes at every start of the daemon.
        """
        return cast(SystemInfoResult, self._request("system.info", {})[0])

    def system_health(self) -> SystemHealthResult:
        """Says what keeps the daemon from doing its work, if anything.

        Never touches a device and never waits for the kernel: it reports what is known. A kernel
        call that has not returned stays listed until it does.
        """
        return cast(SystemHealthResult, self._request("system.health", {})[0])

    def system_describe(self, *, deadlineMs: Optional[int] = None) -> SystemDescribeResult:
        """Describes what the host's devices offer, as a document with a digest.

        Another host's state.check takes it, or vdpactl without a daemon. Nothing is opened: of a
        device that nobody has open it says what netlink tells and what was read while somebody had
        it open; what is not known is left out and listed as missing. A device that does not answer
        within a second is described by what is known.

        deadlineMs: How long devices are asked, in milliseconds; limits.defaultDeadlineMs if absent.
        """
        return cast(SystemDescribeResult, self._request("system.describe", {"deadlineMs": deadlineMs})[0])

    def rpc_discover(self) -> Any:
        """Describes every method as an OpenRPC 1.3.2 document.

        The document is generated from the declarations that dispatch uses.
        """
        return cast(Any, self._request("rpc.discover", {})[0])

    def metrics_get(self) -> MetricsGetResult:
        """Answers what the daemon has counted and measured, as OpenMetrics text.

        Never touches a device and never waits for the kernel. Counters begin at 0 when the daemon
        starts; the series of a device begin when the daemon sees it and end when it leaves the bus.
        All calls of methods that there are not make one series, `unknown`.
        """
        return cast(MetricsGetResult, self._request("metrics.get", {})[0])

    def config_get(self) -> ConfigGetResult:
        """Says which configuration is in force, and where each part of it comes from.

        A flag goes before the environment, that before the file, and that before the default.
        Members that a reload of the file (SIGHUP) cannot change are those whose effect is restart;
        what the file says of one meanwhile is its member pending.
        """
        return cast(ConfigGetResult, self._request("config.get", {})[0])

    def policy_check(
        self,
        method: str,
        *,
        devices: Optional[List[DeviceName]] = None,
        uid: Optional[int] = None,
        gids: Optional[List[int]] = None,
        unit: Optional[str] = None,
        socket: Optional[ControlSocket] = None,
    ) -> PolicyCheckResult:
        """Explains whether a call is allowed, and why.

        Calls nothing. Without uid, gids and unit it is about the caller itself, as the daemon has
        known it since it connected, and lists only the grants that are the caller's. To ask about
        others takes the role admin on every device.

        method: The method.
        devices: The devices that the call would be about; without them, every device, where the
        method takes any.
        uid: The user of the process that would make it; 65534 (nobody) beside gids or unit, else
        the caller.
        gids: Its groups.
        unit: Its unit of the system manager.
        socket: The socket that it would come by; the caller's own if absent.
        """
        return cast(PolicyCheckResult, self._request("policy.check", {"method": method, "devices": devices, "uid": uid, "gids": gids, "unit": unit, "socket": socket})[0])

    def mgmtdev_list(self) -> MgmtdevListResult:
        """Lists the management devices.

        Answers from the inventory, which is read from netlink. Without the vdpa netlink family the
        list is empty and system.health says why.
        """
        return cast(MgmtdevListResult, self._request("mgmtdev.list", {})[0])

    def mgmtdev_get(self, mgmtdev: str) -> MgmtdevGetResult:
        """Describes one management device.

        Answers from the inventory, which is read from netlink.

        mgmtdev: BUS/NAME, or NAME for a device without a bus.
        """
        return cast(MgmtdevGetResult, self._request("mgmtdev.get", {"mgmtdev": mgmtdev})[0])

    def device_add(
        self,
        name: DeviceName,
        mgmtdev: str,
        *,
        mac: Optional[MACAddress] = None,
        mtu: Optional[int] = None,
        maxQueuePairs: Optional[int] = None,
        features: Optional[List[str]] = None,
        driver: Optional[DriverSelection] = None,
        node: Optional[NodeRights] = None,
        deadlineMs: Optional[int] = None,
        idempotencyKey: Optional[str] = None,
    ) -> BoundDevice:
        """Creates a device, and binds it.

        Checks the parameters against the management device before the kernel is asked. With driver
        the device is bound to that one whatever drivers_autoprobe says: that is off while the
        device is created, and restored after. Devices are created one at a time. If a later step
        fails, the device is deleted again, also after a death of the daemon and if the call returns
        after the deadline. The reply says what was read back.

        name: The device's name on the vdpa bus.
        mgmtdev: The management device that creates it: BUS/NAME, or NAME for one without a bus.
        mac: A network device's address: unicast, not zero.
        mtu: A network device's MTU, in bytes.
        maxQueuePairs: A network device's queue pairs, at most.
        features: The features that it offers, all that the management device can provide if absent:
        names, bitN, or masks such as 0x300000000; together they are the set.
        driver: The driver that it is bound to; what the kernel does if absent.
        node: Who may open its node; the configuration's default if absent.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(BoundDevice, self._request("device.add", {"name": name, "mgmtdev": mgmtdev, "mac": mac, "mtu": mtu, "maxQueuePairs": maxQueuePairs, "features": features, "driver": driver, "node": node, "deadlineMs": deadlineMs, "idempotencyKey": idempotencyKey})[0])

    def device_delete(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        confirm: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
    ) -> DeviceControlState:
        """Deletes a device that nobody holds.

        A device that somebody has open is left alone, with deviceBusy and its holders. The node is
        opened by vdpad first, so that nobody else can, then the driver is unbound, and only then
        the device is deleted: the kernel would wait for a holder with generic netlink locked for
        the whole host. The intent is on disk before the first step; a daemon that is started after
        a crash finishes it.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        confirm: True: delete also a device that the host's own virtio drivers use.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(DeviceControlState, self._request("device.delete", {"device": device, "deadlineMs": deadlineMs, "confirm": confirm, "idempotencyKey": idempotencyKey})[0])

    def device_set(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        mac: Optional[MACAddress] = None,
        node: Optional[NodeRights] = None,
        confirm: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
    ) -> DeviceSetResult:
        """Changes a device's address or the rights of its node.

        The address is read back, since some kernels report success for a change that was not made.
        A running guest sees its configuration change without notice, so a device that somebody
        holds is changed only with confirm. Nothing else of a device can be changed without making
        it anew.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        mac: A network device's new address: unicast, not zero.
        node: Who may open its node from now on.
        confirm: True: change the address also while somebody holds the device.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(DeviceSetResult, self._request("device.set", {"device": device, "deadlineMs": deadlineMs, "mac": mac, "node": node, "confirm": confirm, "idempotencyKey": idempotencyKey})[0])

    def device_bind(
        self,
        device: DeviceName,
        driver: DriverSelection,
        *,
        deadlineMs: Optional[int] = None,
        confirm: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
    ) -> BoundDevice:
        """Binds a device to a driver of the vdpa bus, or to none.

        A device that somebody has open is left alone, with deviceBusy and its holders. A device
        that is bound to the driver already stays as it is. If the new driver refuses the device, it
        is bound to the former one again. The node gets the rights that its declaration or the
        configuration says, once the binding is complete.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        driver: The driver.
        confirm: True: take the device from the host's own virtio drivers.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(BoundDevice, self._request("device.bind", {"device": device, "deadlineMs": deadlineMs, "driver": driver, "confirm": confirm, "idempotencyKey": idempotencyKey})[0])

    def device_list(self) -> DeviceListResult:
        """Lists the devices on the vdpa bus.

        Lists the devices that the caller may look at. Answers from the inventory, the union of
        netlink and sysfs, which uevents keep current. Opens nothing and asks no device.
        """
        return cast(DeviceListResult, self._request("device.list", {})[0])

    def device_get(self, device: DeviceName) -> DeviceGetResult:
        """Describes one device without touching it.

        Answers from the inventory. Opens nothing and asks no device.

        device: The device's name on the vdpa bus.
        """
        return cast(DeviceGetResult, self._request("device.get", {"device": device})[0])

    def device_status(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        fd: Optional[int] = None,
    ) -> DeviceStatusResult:
        """Reads where a device is: run state, status byte, access.

        Asks the device itself where the access allows it. If an earlier call to the device has not
        returned, answers what was last known, with asOf.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        fd: The device's node, opened.
        """
        return cast(DeviceStatusResult, self._request("device.status", {"device": device, "deadlineMs": deadlineMs, "holder": holder}, () if fd is None else (fd,))[0])

    def device_config(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        fd: Optional[int] = None,
    ) -> DeviceConfigResult:
        """Reads a device's configuration space and negotiated features.

        Combines netlink, which knows the negotiated features, with the raw bytes where the access
        allows to read them. The bytes are read only with FEATURES_OK set: before that, reading
        tells the device that its driver is a legacy one.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        fd: The device's node, opened.
        """
        return cast(DeviceConfigResult, self._request("device.config", {"device": device, "deadlineMs": deadlineMs, "holder": holder}, () if fd is None else (fd,))[0])

    def device_stats(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        queues: Optional[List[int]] = None,
    ) -> DeviceStatsResult:
        """Reads what a device's driver counts for each of its queues.

        The names are the driver's own. Before its features are negotiated a device has no counters:
        the queues are listed as missing then, which is not the same as zero. Asked for by name, a
        queue that the device does not have is an error.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        queues: The indexes of the queues; all of them if absent.
        """
        return cast(DeviceStatsResult, self._request("device.stats", {"device": device, "deadlineMs": deadlineMs, "queues": queues})[0])

    def device_holders(self, device: DeviceName, *, deadlineMs: Optional[int] = None) -> DeviceHoldersResult:
        """Finds the processes that have a device's node open.

        Searches the processes of the host for two seconds at most. A device that nobody has open
        has no holder; a process whose descriptor is in flight cannot be found.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        """
        return cast(DeviceHoldersResult, self._request("device.holders", {"device": device, "deadlineMs": deadlineMs})[0])

    def device_wait(
        self,
        device: DeviceName,
        until: List[RunState],
        *,
        deadlineMs: Optional[int] = None,
    ) -> DeviceControlState:
        """Waits until a device is in one of some run states.

        Answers at once if it is, else as soon as vdpad knows that it has come to one of them; the
        reply says which. Waits in no queue, asks the device nothing and keeps nobody from it: what
        is known of a device that another process holds is what the last call to it has shown. A
        device that leaves the bus ends the wait, as a result if gone is waited for. So does one
        that is not there: to wait for a device that is still to come, subscribe to events.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        until: The run states that end the wait, at least one.
        """
        return cast(DeviceControlState, self._request("device.wait", {"device": device, "deadlineMs": deadlineMs, "until": until})[0])

    def device_open(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        initialize: Optional[DeviceInitialization] = None,
        idempotencyKey: Optional[str] = None,
    ) -> DeviceControlState:
        """Opens a device's node, which makes vdpad its owner.

        Opening resets the device, so it is done on this request only. Refused with the holder's
        identity if somebody has it open. With initialize the device is brought up: features
        negotiated, rings in the daemon's own memory, DRIVER_OK. If any step fails, the node is
        closed again. The device stays open when the client goes.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        initialize: Bring the device up to DRIVER_OK.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(DeviceControlState, self._request("device.open", {"device": device, "deadlineMs": deadlineMs, "initialize": initialize, "idempotencyKey": idempotencyKey})[0])

    def device_close(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        idempotencyKey: Optional[str] = None,
    ) -> DeviceControlState:
        """Closes a device that vdpad owns, which resets it.

        The last close resets the device: its queue positions and negotiated features are lost.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(DeviceControlState, self._request("device.close", {"device": device, "deadlineMs": deadlineMs, "idempotencyKey": idempotencyKey})[0])

    def device_setStatus(
        self,
        device: DeviceName,
        status: int,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        confirm: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
        fd: Optional[int] = None,
    ) -> DeviceControlState:
        """Adds bits to the device status and reads back what the device made of them.

        A value that clears a bit is refused: only device.reset does that. A value that changes
        nothing is not written, since some devices resume on it. On a device that somebody else
        holds it needs confirm.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        status: The whole status byte to write: the present bits and those to add.
        confirm: True: change the status of a device that somebody else holds.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        fd: The device's node, opened.
        """
        return cast(DeviceControlState, self._request("device.setStatus", {"device": device, "deadlineMs": deadlineMs, "holder": holder, "status": status, "confirm": confirm, "idempotencyKey": idempotencyKey}, () if fd is None else (fd,))[0])

    def device_suspend(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        mechanism: Optional[Mechanism] = None,
        allowIrreversible: Optional[bool] = None,
        keep: Optional[bool] = None,
        holdMs: Optional[int] = None,
        lease: Optional[LeaseKind] = None,
        operation: Optional[str] = None,
        dryRun: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
        fd: Optional[int] = None,
    ) -> DeviceSuspendResult:
        """Stops a running device.

        Checks in this order: DRIVER_OK, the backend's SUSPEND and RESUME bits. The intent is on
        disk before the ioctl. By a status bit the device is told to stop and its status read until
        it shows that it has, by the deadline at the latest; it needs feature 43 negotiated, or the
        device declared in the daemon's configuration (stopBitDevices). What resumes the device
        later, a lease included, uses the same mechanism. With holdMs or a lease the device is
        resumed when that is over, whatever has become of the client, also by a daemon that starts
        later; a call that names the operation renews holdMs. A device that is believed to be
        suspended gets the ioctl again, because the kernel has no query. If the call has not
        returned by the deadline it goes on, and the device is resumed as soon as it returns unless
        keep is set. After the reply no request completes until a resume. If the daemon dies while
        the call is under way, it resumes the device at its next start.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        mechanism: How to stop it; if absent, how it was stopped before, else ioctl. reset is
        refused: that is device.reset.
        allowIrreversible: True: stop also a device that cannot be resumed.
        keep: True: leave the device stopped if the stop is confirmed only after the deadline or
        after a crash.
        holdMs: After how long vdpad resumes the device, in milliseconds, unless the lease is
        renewed.
        lease: What vdpad resumes the device at; hold if there is a time.
        operation: The operation whose lease is renewed.
        dryRun: True: make every check up to the ioctl, and stop there.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        fd: The device's node, opened.
        """
        return cast(DeviceSuspendResult, self._request("device.suspend", {"device": device, "deadlineMs": deadlineMs, "holder": holder, "mechanism": mechanism, "allowIrreversible": allowIrreversible, "keep": keep, "holdMs": holdMs, "lease": lease, "operation": operation, "dryRun": dryRun, "idempotencyKey": idempotencyKey}, () if fd is None else (fd,))[0])

    def device_resume(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        dryRun: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
        fd: Optional[int] = None,
    ) -> DeviceResumeResult:
        """Lets a stopped device go on.

        The configuration is compared with the snapshot that the suspend took. Only the driver side
        can kick: where kickNeeded is true a queue may wait until the VMM kicks it. If the daemon
        dies before it has replied, it resumes the device at its next start.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        dryRun: True: make every check up to the ioctl, and stop there.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        fd: The device's node, opened.
        """
        return cast(DeviceResumeResult, self._request("device.resume", {"device": device, "deadlineMs": deadlineMs, "holder": holder, "dryRun": dryRun, "idempotencyKey": idempotencyKey}, () if fd is None else (fd,))[0])

    def device_handBack(
        self,
        *,
        device: Optional[DeviceName] = None,
        devices: Optional[List[DeviceName]] = None,
        operation: Optional[str] = None,
        idempotencyKey: Optional[str] = None,
    ) -> Union[DeviceControlState, HandedBackDevices]:
        """Forgets a stop, because the VMM takes the device over.

        Called before an agent tells the VMM to stop, snapshot or migrate. Names one device,
        several, or the operation that has stopped them. Nothing is called on a device, and a lease
        that it has ends; vdpad will not resume it by itself. A device that vdpad itself holds has
        no VMM, and is refused. If one of several cannot be handed back, none is.

        device: One device.
        devices: Some devices, at least one and each once.
        operation: The operation that has stopped them.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(Union[DeviceControlState, HandedBackDevices], self._request("device.handBack", {"device": device, "devices": devices, "operation": operation, "idempotencyKey": idempotencyKey})[0])

    def device_reset(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        confirm: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
        fd: Optional[int] = None,
    ) -> DeviceResetResult:
        """Resets a device, which loses its state.

        Writes status 0 and reads it back. Needs confirm on a device that somebody holds: its driver
        is not told and its queues stop for good.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        confirm: True: reset a device that somebody else holds.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        fd: The device's node, opened.
        """
        return cast(DeviceResetResult, self._request("device.reset", {"device": device, "deadlineMs": deadlineMs, "holder": holder, "confirm": confirm, "idempotencyKey": idempotencyKey}, () if fd is None else (fd,))[0])

    def device_acquire(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        idempotencyKey: Optional[str] = None,
    ) -> Tuple[BoundDevice, int]:
        """Opens a device's node and hands the descriptor to the caller.

        The reply carries one descriptor (SCM_RIGHTS, fds: 1), opened without SET_OWNER, so that the
        first process that calls it owns the device; vdpad keeps none. Opening resets the device,
        and it is refused with deviceBusy while somebody has it open. A client that leaves the reply
        unread for limits.unreadReplyMs is disconnected; the descriptor goes with the client. A
        repetition under the same idempotencyKey is idempotencyMismatch once the descriptor has been
        passed.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        The result comes with a descriptor, which is the caller's to close.
        """
        result, fds = self._request("device.acquire", {"device": device, "deadlineMs": deadlineMs, "idempotencyKey": idempotencyKey}, replyFds=1)
        return cast(BoundDevice, result), fds[0]

    def group_suspend(
        self,
        devices: List[DeviceName],
        *,
        deadlineMs: Optional[int] = None,
        onFailure: Optional[GroupFailurePolicy] = None,
        allowIrreversible: Optional[bool] = None,
        keep: Optional[bool] = None,
        holdMs: Optional[int] = None,
        lease: Optional[LeaseKind] = None,
        dryRun: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
    ) -> GroupReport:
        """Stops several devices together, within a time, or not at all.

        Makes the checks of device.suspend for every device before the first stop, and refuses if
        one of them fails. Then all are stopped at the same time, under one deadline. If one fails,
        exits, vanishes or is late, onFailure decides: with rollback those that have stopped are
        resumed, the last of the list first, and a late one as soon as its call has returned; with
        keep they stay stopped. What was suspended or handed back before is left so. No state is
        read before the last device has stopped. Only a group of which every device has stopped is a
        result; else there is an error, whose member group says what became of each device. If the
        daemon dies while the group is under way, it resumes the devices at its next start, unless
        keep is set. Once the operation is recorded as succeeded, which is just before the reply,
        they stay stopped, since nobody can tell whether the caller has got it and counts on them: a
        caller that has lost its connection asks operation.list, repeats the call with its
        idempotencyKey, or has taken a lease.

        devices: The devices, at least one and each once.
        deadlineMs: How long the caller waits for all of them together, in milliseconds;
        limits.defaultDeadlineMs if absent.
        onFailure: What becomes of those that have stopped when another one has not.
        allowIrreversible: True: stop also devices that cannot be resumed.
        keep: True: leave the devices stopped after a crash of the daemon.
        holdMs: After how long vdpad resumes the group, in milliseconds, unless the lease is
        renewed.
        lease: What vdpad resumes the group at; hold if there is a time.
        dryRun: True: make every check up to the ioctl, and stop there.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(GroupReport, self._request("group.suspend", {"devices": devices, "deadlineMs": deadlineMs, "onFailure": onFailure, "allowIrreversible": allowIrreversible, "keep": keep, "holdMs": holdMs, "lease": lease, "dryRun": dryRun, "idempotencyKey": idempotencyKey})[0])

    def group_resume(
        self,
        *,
        devices: Optional[List[DeviceName]] = None,
        operation: Optional[str] = None,
        deadlineMs: Optional[int] = None,
        dryRun: Optional[bool] = None,
        idempotencyKey: Optional[str] = None,
    ) -> GroupReport:
        """Lets several stopped devices go on together.

        The devices are named, or are those that the operation of a group.suspend has stopped. Each
        is resumed as soon as its own checks have passed, all at the same time, and none waits for
        another one; nothing is taken back. What has not been begun by the deadline is not begun; a
        call that is late goes on. Only a group of which every device goes on is a result; else
        there is an error, whose member group says what became of each device. If the daemon dies
        before it has replied, it resumes the devices at its next start.

        devices: The devices, at least one and each once; absent where an operation names them.
        operation: The operation of the group.suspend that stopped them.
        deadlineMs: How long the caller waits for all of them together, in milliseconds;
        limits.defaultDeadlineMs if absent.
        dryRun: True: make every check up to the ioctl, and stop there.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(GroupReport, self._request("group.resume", {"devices": devices, "operation": operation, "deadlineMs": deadlineMs, "dryRun": dryRun, "idempotencyKey": idempotencyKey})[0])

    def state_export(
        self,
        device: DeviceName,
        *,
        deadlineMs: Optional[int] = None,
        holder: Optional[HolderSelector] = None,
        supplied: Optional[DeviceStateSuppliedParts] = None,
        fd: Optional[int] = None,
    ) -> StateExportResult:
        """Exports a device's state as a document with a digest.

        With the access owner and a suspended device the document is complete: the stop is asserted
        again first. Otherwise it holds what can be known, and its completeness section lists what
        is missing and why. What only the VMM can read may be supplied. Each part must agree with
        what vdpad knows, else the answer is invalidState, and is marked with its source in the
        document.

        device: The device's name on the vdpa bus.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        holder: The process that holds the device; without it vdpad searches. A descriptor may be
        passed instead.
        supplied: What an agent has read from the VMM that owns the device.
        fd: The device's node, opened.
        """
        return cast(StateExportResult, self._request("state.export", {"device": device, "deadlineMs": deadlineMs, "holder": holder, "supplied": supplied}, () if fd is None else (fd,))[0])

    def state_check(
        self,
        state: DeviceState,
        target: StateCheckTarget,
        *,
        deadlineMs: Optional[int] = None,
    ) -> StateCheck:
        """Tells whether a host would accept a device's state.

        Compares the document field by field with a device, or with what a management device could
        make, of this host or of one that system.describe has described. It is decided on what is
        known and nothing is opened, so it can be asked before anything is stopped; it does not say
        whether the target is free. The verdict is the worst of those of the fields that count:
        blocking before unknown before adaptable before ok. With adaptable, device.add with the
        parameters makes a device that fits; which attributes its driver takes, the kernel tells
        only then. What only an open descriptor tells is taken from other devices of the class and
        management device where the target itself was not open yet.

        state: The document that state.export has answered.
        target: What it is compared with.
        deadlineMs: How long this host's devices are asked, in milliseconds;
        limits.defaultDeadlineMs if absent.
        """
        return cast(StateCheck, self._request("state.check", {"state": state, "target": target, "deadlineMs": deadlineMs})[0])

    def state_restore(
        self,
        device: DeviceName,
        mode: RestoreMode,
        *,
        state: Optional[Any] = None,
        queues: Optional[List[QueueRewind]] = None,
        start: Optional[bool] = None,
        provision: Optional[RestoreProvision] = None,
        dryRun: Optional[bool] = None,
        deadlineMs: Optional[int] = None,
        idempotencyKey: Optional[str] = None,
    ) -> StateRestoreResult:
        """Gives a device that nobody holds the state of another one.

        The document is verified, must lack nothing, and must fit: what state.check calls blocking
        is refused before anything is opened. Mode owner opens the device, negotiates the document's
        features, writes those fields of the configuration that the driver has built on where they
        differ, sets size and position of every queue that the device has, reads back what can be
        read back, and with start sets DRIVER_OK and proves the positions that a device tells only
        then; the device stays open, with idle rings in vdpad's own memory. All or nothing: on any
        failure the configuration is put back and the device is reset and closed, and the error
        names the field. Mode preflight does the same without DRIVER_OK, goes on where a field is
        refused, and always ends with the reset. Mode handOver opens the device for the caller as
        device.acquire does: the reply carries one descriptor (SCM_RIGHTS, fds: 1) and the program
        that its new owner must carry out; the configuration must fit then as it is. With provision
        the device is created first, with what the state needs, bound to vhost_vdpa, and deleted
        again if it cannot be handed over, if the client goes without having read the reply, and
        after a death of the daemon before that. When vdpad dies meanwhile, the device is reset, but
        what was written to its configuration stays. Mode rewind takes no state but queues: on a
        suspended device that vdpad owns it sets positions back, each between what the device has
        used and what it has fetched, all or none. A warning says when positions were read of a
        device that was not known to stand still, and which hints of its configuration the device
        keeps.

        device: The device's name on the vdpa bus.
        state: The state document, as state.export gives it; not with mode rewind.
        mode: What is done with it.
        queues: With mode rewind: where the device is to continue.
        start: Set DRIVER_OK; with mode owner only.
        provision: Create the device, which must not be there; with mode handOver only.
        dryRun: Make every check that needs no open device and stop there.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(StateRestoreResult, self._request("state.restore", {"device": device, "state": state, "mode": mode, "queues": queues, "start": start, "provision": provision, "dryRun": dryRun, "deadlineMs": deadlineMs, "idempotencyKey": idempotencyKey})[0])

    def operation_list(
        self,
        *,
        device: Optional[DeviceName] = None,
        state: Optional[OperationState] = None,
    ) -> OperationListResult:
        """Lists operations.

        Those under way, those that ended in the last ten minutes, and those by whose leases devices
        are stopped, also under a daemon before this one; as far as the caller may look at all
        devices of the operation. What each has done and answered is left out, since it may be more
        than a reply has room for: operation.get has `phases`, `result`, and the members `group` and
        `actions` of `error`.

        device: Only those of this device.
        state: Only those in this state.
        """
        return cast(OperationListResult, self._request("operation.list", {"device": device, "state": state})[0])

    def operation_get(self, operation: str, *, deadlineMs: Optional[int] = None) -> OperationReport:
        """Says how far an operation is, and how it ended.

        Answers at once.

        operation: Its id. Leases that it began are renewed by naming it.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        """
        return cast(OperationReport, self._request("operation.get", {"operation": operation, "deadlineMs": deadlineMs})[0])

    def operation_wait(self, operation: str, *, deadlineMs: Optional[int] = None) -> OperationReport:
        """Waits for the end of an operation.

        An operation that does not end by the deadline goes on.

        operation: Its id. Leases that it began are renewed by naming it.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        """
        return cast(OperationReport, self._request("operation.wait", {"operation": operation, "deadlineMs": deadlineMs})[0])

    def operation_cancel(self, operation: str, *, deadlineMs: Optional[int] = None) -> OperationReport:
        """Ends an operation that is under way.

        The caller needs the role of the operation's own method, on each of its devices. What has
        not begun is not begun. A kernel call that is under way cannot be taken back: the operation
        ends as if its deadline had passed, so that a stop is undone when its call returns. A change
        of the devices on the bus goes on. The reply comes when the operation has answered its
        caller.

        operation: Its id. Leases that it began are renewed by naming it.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        """
        return cast(OperationReport, self._request("operation.cancel", {"operation": operation, "deadlineMs": deadlineMs})[0])

    def events_subscribe(
        self,
        *,
        filter: Optional[EventFilter] = None,
        since: Optional[EventPosition] = None,
    ) -> EventsSubscribeResult:
        """Tells from now on what happens, by notifications events.event.

        The result is how everything that the caller may look at is at the event `sequence`; every
        later one that matches is told on this connection, in order and without a gap, after the
        reply, which for a call in a batch is that of the batch. Otherwise an event precedes the
        reply of the call that caused it. The last 4096 events are kept, for clients that read
        slowly or come back: with `since` those behind that event are told first. What has been lost
        is told by an event `overflow`, the first one if another run of the daemon counted `since`.
        Status and configuration of a device are compared when a call reads them: nothing announces
        their changes. A subscription ends with its connection; one may have 16.

        filter: Which events; all if absent.
        since: Behind which event to begin; now if absent.
        """
        return cast(EventsSubscribeResult, self._request("events.subscribe", {"filter": filter, "since": since})[0])

    def events_unsubscribe(self, subscription: int) -> EventsUnsubscribeResult:
        """Ends a subscription of the same connection.

        No event of the subscription follows the reply. `position` can be given to events.subscribe
        as `since`, to be told what happens meanwhile.

        subscription: The subscription's number.
        """
        return cast(EventsUnsubscribeResult, self._request("events.unsubscribe", {"subscription": subscription})[0])

    def declaration_list(self) -> DeclarationListResult:
        """Lists the declared devices.

        Reads the files of the declarations' directory anew. A file that cannot be read or used is a
        problem and hides no other file. A device that is declared twice is taken from neither
        place.
        """
        return cast(DeclarationListResult, self._request("declaration.list", {})[0])

    def declaration_diff(self, *, devices: Optional[List[DeviceName]] = None) -> DeclarationDiffResult:
        """Says where the running host differs from what is declared.

        Compares what the declarations say, member by member, with the running devices; what a
        declaration leaves out is not compared. A value that cannot be read is no difference and is
        not taken for equal: it is listed without actual. A name that is neither declared nor on the
        bus is deviceNotFound.

        devices: The devices; all that are declared or on the bus if absent.
        """
        return cast(DeclarationDiffResult, self._request("declaration.diff", {"devices": devices})[0])

    def declaration_apply(
        self,
        *,
        devices: Optional[List[DeviceName]] = None,
        dryRun: Optional[bool] = None,
        recreate: Optional[bool] = None,
        confirm: Optional[bool] = None,
        deadlineMs: Optional[int] = None,
        idempotencyKey: Optional[str] = None,
    ) -> DeclarationApplyResult:
        """Makes the running host what is declared.

        Works through the declarations in their order. Everything is checked before the first step,
        which includes that nobody holds a device that is to be made anew. If a step fails, those
        before it are taken back in reverse order; the error then has actions, which say what became
        of each step. What cannot be changed in place (mgmtdev, mtu, maxQueuePairs, features) needs
        recreate, and is refused without it. A declared value that cannot be compared is left alone.
        No device is deleted because it is not declared. A daemon that dies in between leaves the
        steps that were done; calling again goes on.

        devices: The devices; all that are declared if absent.
        dryRun: True: only say what would be done.
        recreate: True: delete a device and make it anew when something cannot be changed otherwise.
        confirm: True: also change the address of a device that somebody holds, and take devices
        from the host's own virtio drivers.
        deadlineMs: How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(DeclarationApplyResult, self._request("declaration.apply", {"devices": devices, "dryRun": dryRun, "recreate": recreate, "confirm": confirm, "deadlineMs": deadlineMs, "idempotencyKey": idempotencyKey})[0])

    def declaration_save(
        self,
        *,
        devices: Optional[List[DeviceName]] = None,
        idempotencyKey: Optional[str] = None,
    ) -> DeclarationSaveResult:
        """Declares devices as they are now.

        Writes one file for each device, NAME.json in the declarations' directory, with what makes
        it as it is: a value that it would have anyway is left out. Everything is checked before the
        first file is written; each is replaced as a whole and on disk before the reply. A device
        that another file declares otherwise is refused with alreadyExists, since that file and its
        comments are not vdpad's. If a file cannot be written, those written before it stay.

        devices: The devices; all on the bus if absent.
        idempotencyKey: Names the call for ten minutes: one more with this key and these parameters
        is answered as the first is.
        """
        return cast(DeclarationSaveResult, self._request("declaration.save", {"devices": devices, "idempotencyKey": idempotencyKey})[0])


__all__ = [
    "Access",
    "AccessScope",
    "AddressRange",
    "BlockConfiguration",
    "BoundDevice",
    "CallTiming",
    "CheckField",
    "CheckVerdict",
    "CheckedField",
    "ConfigGetResult",
    "ConfigurationEffect",
    "ConfigurationMember",
    "ConfigurationOrigin",
    "ControlSocket",
    "Counter",
    "CreationAttribute",
    "CreationParameters",
    "Declaration",
    "DeclarationAction",
    "DeclarationActionKind",
    "DeclarationActionOutcome",
    "DeclarationApplyResult",
    "DeclarationDiffResult",
    "DeclarationDifference",
    "DeclarationListResult",
    "DeclarationProblem",
    "DeclarationSaveResult",
    "DeclarationSavedDevice",
    "DeclarationSavedDeviceState",
    "DeclarationState",
    "DeclaredDevice",
    "DeclaredField",
    "DeclaredFieldDifference",
    "Device",
    "DeviceClass",
    "DeviceConfigResult",
    "DeviceControlState",
    "DeviceGetResult",
    "DeviceHoldersResult",
    "DeviceInitialization",
    "DeviceLease",
    "DeviceListResult",
    "DeviceName",
    "DeviceProgram",
    "DeviceProgramQueue",
    "DeviceResetResult",
    "DeviceResumeResult",
    "DeviceSetResult",
    "DeviceState",
    "DeviceStateAfter",
    "DeviceStateCompleteness",
    "DeviceStateConfiguration",
    "DeviceStateControlQueue",
    "DeviceStateIdentity",
    "DeviceStateImplementationSection",
    "DeviceStateMissingPart",
    "DeviceStateQueue",
    "DeviceStateSource",
    "DeviceStateStability",
    "DeviceStateStandard",
    "DeviceStateSuppliedPart",
    "DeviceStateSuppliedParts",
    "DeviceStateSupplier",
    "DeviceStatsResult",
    "DeviceStatusResult",
    "DeviceSuspendResult",
    "Downtime",
    "DriverSelection",
    "ErrorData",
    "ErrorName",
    "EventFilter",
    "EventKind",
    "EventPosition",
    "EventsEventParams",
    "EventsSubscribeResult",
    "EventsUnsubscribeResult",
    "FileSystemConfiguration",
    "GroupFailurePolicy",
    "GroupMember",
    "GroupMemberPathStep",
    "GroupOutcome",
    "GroupReport",
    "GroupStep",
    "HandedBackDevices",
    "HealthProblem",
    "HealthProblemKind",
    "HexadecimalBytes",
    "HexadecimalNumber",
    "Holder",
    "HolderSelector",
    "HostDescription",
    "HostDescriptionConfiguration",
    "HostDescriptionDevice",
    "HostDescriptionManagementDevice",
    "HostDescriptionOrigin",
    "HostKind",
    "Lease",
    "LeaseKind",
    "Limit",
    "Limits",
    "MACAddress",
    "ManagementDevice",
    "Mechanism",
    "MetricsGetResult",
    "MgmtdevGetResult",
    "MgmtdevListResult",
    "NamedMask",
    "NetworkConfiguration",
    "NodeMode",
    "NodeRights",
    "Operation",
    "OperationListResult",
    "OperationPeer",
    "OperationPhase",
    "OperationReport",
    "OperationState",
    "PolicyCheckResult",
    "PolicyGrant",
    "PolicyPeer",
    "QueueCounters",
    "QueueRewind",
    "QueueUse",
    "RestoreMode",
    "RestoreProvision",
    "RestoredField",
    "RestoredFieldInfoOutcome",
    "RingFormat",
    "RingPosition",
    "Role",
    "RunState",
    "SHA256Digest",
    "StateCheck",
    "StateCheckTarget",
    "StateExportResult",
    "StateRestoreResult",
    "SystemDescribeResult",
    "SystemHealthResult",
    "SystemInfoResult",
    "Time",
    "VdpadError",
    "CallError",
    "DeviceNotFound",
    "DeviceBusy",
    "NotRunning",
    "NotSupported",
    "NotOwner",
    "DeadlineExceeded",
    "OperationInProgress",
    "PermissionDenied",
    "StateIncompatible",
    "StateIncomplete",
    "DeviceFailed",
    "AlreadyExists",
    "KernelError",
    "HostBlocked",
    "LimitExceeded",
    "Cancelled",
    "Irreversible",
    "IdempotencyMismatch",
    "DeviceGone",
    "ManagementDeviceNotFound",
    "InvalidState",
    "VerificationFailed",
    "ParseError",
    "InvalidRequest",
    "MethodNotFound",
    "InvalidParams",
    "InternalError",
    "ERRORS",
    "Methods",
]
