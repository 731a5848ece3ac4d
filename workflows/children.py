"""Child pathways: started, told to cancel, and watched for an end that they cannot report themselves.

A child is a workflow of its own that outlives its parent's runs, so it is started with the close policy ABANDON (any
other ends it when the parent continues as new) and reports by signal. Only what happens to it from outside, when it
is terminated in Temporal say, is learnt from Temporal, and only in the run that started it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ChildWorkflowError, FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowCancellationType, ChildWorkflowHandle, ParentClosePolicy

from pathways.commands import CancelChild, StartChild
from pathways.events import ChildFailed
from pathways.messages import CancelOrder, Pace, StartInstance, Wanted
from pathways.state import Parent
from workflows.clock import Clock
from workflows.messenger import Messenger
from workflows.names import CANCEL_CHILD, WORKFLOW, workflow_id
from workflows.search import PATHWAY


class Children:
    """The children that one instance has started in this run.

    `lost` is told of a child that was ended from outside; `settle` is called when a start is confirmed.
    """

    def __init__(
        self,
        instance: str,
        clock: Clock,
        messenger: Messenger,
        lost: Callable[[ChildFailed], None],
        settle: Callable[[], None],
    ) -> None:
        self._instance = instance
        self._clock = clock
        self._messenger = messenger
        self._lost = lost
        self._settle = settle
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._watching: set[asyncio.Task[None]] = set()

    @property
    def all_started(self) -> bool:
        """Whether every start is confirmed: before that neither the run nor the instance may end."""
        return not self._starting

    def start(self, command: StartChild, zone: str, site: str | None) -> None:
        """Start a child, where this instance lives."""
        argument = self._argument(command, zone, site)
        self._starting[command.instance] = asyncio.create_task(self._start(command, argument))

    def cancel(self, command: CancelChild) -> None:
        """Tell a child to cancel, once it was started."""
        order = CancelOrder(f"parent/{self._instance}", command.reason, self._clock.now())
        self._messenger.send(command.instance, CANCEL_CHILD, order, after=self._starting.get(command.instance))

    async def _start(self, command: StartChild, argument: StartInstance) -> None:
        try:
            handle = await workflow.start_child_workflow(
                WORKFLOW,
                argument,
                id=workflow_id(command.instance),
                parent_close_policy=ParentClosePolicy.ABANDON,
                cancellation_type=ChildWorkflowCancellationType.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=_labels(command.pathway),
            )
        except WorkflowAlreadyStartedError:
            # A run of this instance that Temporal has reset started it before: it reports all the same.
            workflow.logger.info("The child %s runs already.", command.instance)
        except (FailureError, RuntimeError) as error:  # what else the server may say to a start
            workflow.logger.error("The child %s was not started: %s", command.instance, error)
            self._lost(ChildFailed(command.address, command.instance, "The child pathway could not be started."))
        else:
            watching = asyncio.create_task(self._watch(command, handle))
            self._watching.add(watching)
            watching.add_done_callback(self._watching.discard)
        finally:
            del self._starting[command.instance]
        self._settle()

    async def _watch(self, command: StartChild, handle: ChildWorkflowHandle[Any, Any]) -> None:
        try:
            await handle
        except ChildWorkflowError:
            self._lost(ChildFailed(command.address, command.instance, "The child pathway was ended from outside."))

    def _argument(self, command: StartChild, zone: str, site: str | None) -> StartInstance:
        pace, here = self._clock.pace, Parent(self._instance, command.address)
        return StartInstance(
            instance=command.instance,
            zone=zone,
            inputs=command.inputs or {},
            by=f"parent/{self._instance}",
            pace=None if pace is None else Pace(pace.factor, workflow.now(), self._clock.now()),
            parent=None if command.detached else here,
            wanted=Wanted(command.pathway, command.range, command.run, here),
            pathway=command.pathway,
            site=site,
        )


def _labels(pathway: str) -> TypedSearchAttributes | None:
    """The child's search attributes, where its parent has some: then the server knows them."""
    if workflow.info().typed_search_attributes.get(PATHWAY) is None:
        return None
    return TypedSearchAttributes([SearchAttributePair(PATHWAY, pathway)])
