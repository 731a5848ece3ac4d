"""How a process without pages of its own says that it is ready: it answers on its metrics port."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import start_http_server

from settings import Settings


def ready_signal(settings: Settings) -> Callable[[], None]:
    """What a process calls once it works: from then on `/metrics` answers, where a port is set."""

    def ready() -> None:
        if settings.metrics_port is not None:
            start_http_server(settings.metrics_port, addr=settings.web_host)

    return ready
