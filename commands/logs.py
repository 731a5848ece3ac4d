"""How a process logs: one line an event on standard error, for people or for collectors.

Nothing that identifies a patient may be in a log. Libraries that write addresses of requests, which may hold
record numbers, are kept from it at every level.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from settings import LogFormat, Settings

# They log the address of each request.
TALKATIVE = ("httpx", "httpcore", "uvicorn.access")


def configure_logging(settings: Settings) -> None:
    """Set up the standard library's logging and structlog alike, as the settings say."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(settings.log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(form: LogFormat) -> list[structlog.typing.Processor]:
    """An exception is told without the values of variables, which may be a patient's. In plain text also because what
    fails in a workflow is written by the thread that runs it, and prettier forms take longer than the SDK waits for it.
    """
    if form is LogFormat.JSON:
        told = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        return [told, structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
