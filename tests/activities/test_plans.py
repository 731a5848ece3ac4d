"""Plans of a worker: in memory, on disk, and from a source that may be away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from activities.plans import PlanShelf
from pathways.plan import Plan
from store.errors import StoreUnavailableError
from tests.support.interpreted import SPINE
from tests.support.interpreter import until


class Source:
    """A store of plans that may be away."""

    def __init__(self, *plans: Plan) -> None:
        self.documents: dict[str, Any] = {plan.digest: plan.document for plan in plans}
        self.away = False
        self.asked = 0

    async def plan(self, digest: str) -> Any | None:
        """The document, or an error while away."""
        self.asked += 1
        if self.away:
            raise ConnectionError("away")
        return self.documents.get(digest)

    async def digests(self) -> Iterable[str]:
        """All digests, or an error while away."""
        if self.away:
            raise ConnectionError("away")
        return list(self.documents)


async def test_warm_from_the_source(tmp_path: Path) -> None:
    """What is published is at hand before any workflow asks."""
    shelf = PlanShelf(tmp_path, Source(SPINE))
    await shelf.open()
    assert shelf.plan(SPINE.digest) == SPINE


async def test_warm_from_disk(tmp_path: Path) -> None:
    """A worker that had a plan once has it while the source is away."""
    await PlanShelf(tmp_path, Source(SPINE)).open()
    source = Source()
    source.away = True
    shelf = PlanShelf(tmp_path, source)
    await shelf.open()
    assert shelf.plan(SPINE.digest) == SPINE


async def test_a_miss_is_fetched(tmp_path: Path) -> None:
    """A plan that was published since is fetched when it is asked for in vain."""
    source = Source()
    shelf = PlanShelf(tmp_path, source)
    await shelf.open()
    source.documents[SPINE.digest] = SPINE.document
    assert shelf.plan(SPINE.digest) is None
    assert await asyncio.to_thread(shelf.plan, SPINE.digest) == SPINE
    assert source.asked == 1


async def test_asking_while_it_is_being_fetched(tmp_path: Path) -> None:
    """A workflow task that is tried again at once waits a moment for the plan that is on its way."""
    source = Source()
    shelf = PlanShelf(tmp_path, source)
    await shelf.open()
    source.documents[SPINE.digest] = SPINE.document

    def ask_twice() -> Plan | None:
        return shelf.plan(SPINE.digest) or shelf.plan(SPINE.digest)

    assert await asyncio.to_thread(ask_twice) == SPINE


async def test_the_source_comes_back(tmp_path: Path) -> None:
    """A miss while the source is away is asked for again later."""
    source = Source(SPINE)
    source.away = True
    shelf = PlanShelf(tmp_path, source)
    await shelf.open()
    assert await asyncio.to_thread(shelf.plan, SPINE.digest) is None
    assert await asyncio.to_thread(shelf.plan, SPINE.digest) is None
    source.away = False
    assert await asyncio.to_thread(shelf.plan, SPINE.digest) is None
    assert await asyncio.to_thread(shelf.plan, SPINE.digest) == SPINE


async def test_a_document_that_is_not_its_digest(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A tampered or torn file is not a plan."""
    (tmp_path / f"{SPINE.digest}.json").write_text(json.dumps(SPINE.document | {"title": "Other"}), encoding="utf-8")
    (tmp_path / "torn.json").write_text("{", encoding="utf-8")
    shelf = PlanShelf(tmp_path)
    await shelf.open()
    assert shelf.plan(SPINE.digest) is None
    assert "is not the plan" in caplog.text


class News:
    """A bell that the test rings, and a store that is away for as many attempts to listen as it says."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.published = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Wait until it rings, for longer than asked: nothing here is found by looking now and then."""
        await asyncio.wait_for(self.published.wait(), seconds + 60)
        self.published.clear()
        return True

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[News]:
        """Listen, where the store is there."""
        self.away -= 1
        if self.away >= 0:
            raise StoreUnavailableError("away")
        yield self


async def test_news_are_fetched_at_once(tmp_path: Path) -> None:
    """Also by a worker that could not listen at first; and what came before it listened is not missed."""
    source, news = Source(), News(away=1)
    shelf = PlanShelf(tmp_path, source)
    await shelf.open()
    asked = 0

    async def there() -> bool:
        return (tmp_path / f"{SPINE.digest}.json").exists()

    async def asked_again() -> bool:
        return source.asked > asked

    keeping = asyncio.create_task(shelf.keep_fresh(0.01, news.listen))
    try:
        source.documents[SPINE.digest] = SPINE.document
        await until(there)
        source.documents["later"] = {}
        asked = source.asked
        news.published.set()
        await until(asked_again)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert shelf.plan(SPINE.digest) == SPINE


async def test_told_of_a_new_one(tmp_path: Path) -> None:
    """Refreshing takes in what was published since, before anybody asks."""
    source = Source()
    shelf = PlanShelf(tmp_path, source)
    await shelf.open()
    source.documents[SPINE.digest] = SPINE.document
    await shelf.refresh()
    assert shelf.plan(SPINE.digest) == SPINE
