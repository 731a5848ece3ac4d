"""The SDK's sandbox, for tests and for those who want it: production relies on the purity tests instead.

The language and its libraries pass through: they hold plans and compiled expressions that all instances share.
"""

from __future__ import annotations

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = (
    "pathways",
    "workflows.converter",
    "workflows.plans",
    "annotated_types",
    "lark",
    "pydantic",
    "pydantic_core",
    "tzdata",
    "yaml",
)


def runner(*, sandboxed: bool) -> WorkflowRunner:
    """What runs workflow code: plainly, or in the sandbox at twice the processor time."""
    if not sandboxed:
        return UnsandboxedWorkflowRunner()
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)
