"""Who works on a task: compare-and-set, and what people leave beside it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from ulid import ULID

from store.database import Database
from store.recording import record_in
from store.tasks import Claim, Comment
from tests.support.histories import History, example_plan
from tests.support.work import add_instance, add_tasks


async def one_task(database: Database) -> str:
    """An open task."""
    [task] = await add_tasks(database, await add_instance(database), [{}])
    return task


async def claim(database: Database, task: str, person: str) -> Claim:
    """Claim in a transaction of its own."""
    async with database.transaction() as unit:
        return await unit.tasks.claim(task, person)


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(database: Database) -> None:
    """However many claim at the same moment, one has it, and all others learn that person's id."""
    task = await one_task(database)
    people = ["anna", "ben", "cleo", "dan"]
    claims = await asyncio.gather(*(claim(database, task, person) for person in people))
    winners = [person for person, one in zip(people, claims, strict=True) if one.done]
    assert len(winners) == 1
    losers = [one for one in claims if not one.done]
    assert {one.how for one in losers} == {"held"}
    assert {one.task.assignee for one in losers if one.task} == {winners[0]}


async def test_claiming_again_what_one_has_is_as_good(database: Database) -> None:
    """A click that is repeated changes nothing, not even the version."""
    task = await one_task(database)
    first, second = await claim(database, task, "anna"), await claim(database, task, "anna")
    assert first.done
    assert second.done
    assert first.task is not None
    assert second.task is not None
    assert first.task.version == second.task.version == 2


async def test_release_gives_back_only_what_one_has(database: Database) -> None:
    """Somebody else's task stays theirs; one's own becomes nobody's."""
    task = await one_task(database)
    await claim(database, task, "anna")
    async with database.transaction() as unit:
        refused = await unit.tasks.release(task, "ben")
        assert refused.how == "held"
        released = await unit.tasks.release(task, "anna")
        assert released.done
        assert released.task is not None
        assert (released.task.assignee, released.task.claimed_at) == (None, None)
        assert (await unit.tasks.release(task, "anna")).done


async def test_assigning_takes_it_from_whoever_has_it(database: Database) -> None:
    """A supervisor's assignment needs nobody's consent."""
    task = await one_task(database)
    await claim(database, task, "anna")
    async with database.transaction() as unit:
        assigned = await unit.tasks.assign(task, "ben")
        assert assigned.task is not None
        assert assigned.task.assignee == "ben"


async def test_a_page_that_is_out_of_date_is_told(database: Database) -> None:
    """With the version that was seen, a change in between is noticed."""
    task = await one_task(database)
    async with database.transaction() as unit:
        await unit.tasks.assign(task, "anna")
        await unit.tasks.assign(task, None)
        assert (await unit.tasks.claim(task, "ben", version=1)).how == "changed"
        assert (await unit.tasks.claim(task, "ben", version=3)).done


async def test_a_closed_or_unknown_task_is_said_to_be(database: Database) -> None:
    """Nobody claims what is finished; the answer says who finished it."""
    history = History(example_plan(), str(ULID())).to_task()
    await record_in(database, history.request())
    async with database.transaction() as unit:
        [task] = await unit.tasks.open_of(history.instance)
    history.complete("check")
    await record_in(database, history.request())
    closed = await claim(database, task.id, "anna")
    assert closed.how == "closed"
    assert closed.task is not None
    assert (closed.task.closed_by, closed.task.outcome) == ("coordinator", "ok")
    assert (await claim(database, "01NONE00000000000000000000", "anna")).how == "unknown"


async def test_a_draft_is_kept_for_each_person(database: Database) -> None:
    """What was typed last is kept, valid or not, and apart from what others typed."""
    task = await one_task(database)
    async with database.transaction() as unit:
        await unit.tasks.save_draft(task, "anna", {"due": "the 31st of June"})
        await unit.tasks.save_draft(task, "anna", {"due": "soon"})
        await unit.tasks.save_draft(task, "ben", {})
        draft = await unit.tasks.draft(task, "anna")
        assert draft is not None
        assert draft.values == {"due": "soon"}


async def test_a_draft_ends_with_its_completion(database: Database) -> None:
    """What was sent is a draft no more; what others typed is kept, and all of it where the task is cancelled."""
    completed, cancelled = (History(example_plan(), str(ULID())).to_task() for _ in range(2))
    for one in (completed, cancelled):
        await record_in(database, one.request())
        async with database.transaction() as unit:
            [task] = await unit.tasks.open_of(one.instance)
            for person in ("coordinator", "ben"):
                await unit.tasks.save_draft(task.id, person, {"note": "Seen."})
    await record_in(database, completed.complete("check").request())
    await record_in(database, cancelled.cancel().request())
    async with database.transaction() as unit:
        [sent], [kept] = [await unit.tasks.of_instance(one.instance) for one in (completed, cancelled)]
        assert await unit.tasks.draft(sent.id, "coordinator") is None
        for task_id, person in ((sent.id, "ben"), (kept.id, "ben"), (kept.id, "coordinator")):
            assert await unit.tasks.draft(task_id, person) is not None


async def test_comments_come_in_the_order_in_which_they_were_made(database: Database) -> None:
    """The oldest is first."""
    task = await one_task(database)
    async with database.transaction() as unit:
        for text in ("first", "second"):
            ident = f"01COMMENT{text.upper():0<17}"
            await unit.tasks.comment(Comment(ident, task, "anna", text, datetime.now(UTC)))
        assert [one.text for one in await unit.tasks.comments(task)] == ["first", "second"]
