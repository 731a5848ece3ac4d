"""What may go wrong when a machine is made to run Carelane."""

from __future__ import annotations

from pathways.errors import CarelaneError


class LocalError(CarelaneError):
    """Something on this machine is in the way; the hint says what to do about it."""

    code = "local"


class PortBusyError(LocalError):
    """A port that a process of ours needs is taken by somebody else."""

    code = "port-busy"


class ProcessDiedError(LocalError):
    """A process of ours ended before it answered, or while it was needed."""

    code = "process-died"


class NotReadyError(LocalError):
    """A process of ours lives but does not answer in the time that it should need."""

    code = "not-ready"


class ProgramMissingError(LocalError):
    """A program from outside (Temporal, Chromium, PostgreSQL) was found nowhere."""

    code = "program-missing"
