"""A plan with every construct of the language, built by hand, for what reads plans: pictures, differences, exports."""

from __future__ import annotations

from pathways.datatypes import DataType, Field
from pathways.plan import (
    Assignment,
    Attribute,
    Breach,
    Catch,
    Cell,
    Child,
    Clock,
    ClockVerb,
    Contract,
    Decide,
    Do,
    Edge,
    Emit,
    End,
    Escalation,
    FormField,
    Handler,
    Input,
    Offer,
    Outcome,
    Parallel,
    Plan,
    Reminder,
    Repeat,
    Row,
    Section,
    Set,
    SideFlow,
    StartOn,
    Step,
    Table,
    Task,
    TaskOutcome,
    Timeout,
    Undo,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
    Way,
)
from pathways.values import Computed, Condition, Timing, UnaryTests

TEXT = DataType("text")


def action(path: str, to: str = "", **more: object) -> Do:
    """An action that goes on to a step."""
    return Do(kind="do", id=path, action=f"demo.{path.rpartition('/')[2]}", next=(Edge(to),), **more)  # type: ignore[arg-type]


def steps() -> tuple[Step, ...]:
    """One step of each kind at least, nested."""
    return (
        Do(
            kind="do",
            id="check-requirement",
            title="Is authorization required?",
            stage="requirement",
            action="payer.check_requirement",
            input=Computed({"order": "=order"}),
            save="requirement",
            next=(Edge("not-required", Condition('requirement.status = "no-auth"')), Edge("assemble")),
        ),
        Task(
            kind="task",
            id="assemble",
            title="Assemble the documentation",
            stage="preparation",
            task_title=Computed("Assemble documentation for {{ order.display }}"),
            queue=Computed("pa-intake"),
            role="prior-authorization-specialist",
            due=Timing("1 business day"),
            remind=(Reminder(before=Timing("4 business hours")),),
            escalate=(Escalation(after=Timing("4 business hours"), queue=Computed("pa-supervisor"), why="It is late"),),
            form=(
                FormField("documents", "Supporting documents", DataType("list", item=TEXT), required=True),
                FormField("note", "Note to reviewer", TEXT),
            ),
            outcomes=(TaskOutcome("ready", "Ready to submit"), TaskOutcome("stop", "Do not pursue")),
            save="dossier",
            next=(Edge("submit", outcome="ready"), Edge("withdrawn", outcome="stop", undo=True)),
            gate="clinical",
            gate_roles=("pharmacist",),
        ),
        Do(
            kind="do",
            id="submit",
            title="Submit the claim",
            stage="submitted",
            action="payer.submit_claim",
            input=Computed({"documents": "=dossier.documents"}),
            save="claim",
            problems=("invalid-claim", "payer-away"),
            catch=(Catch("invalid-claim", "assemble"),),
            accept=("payer-away",),
            undo=Undo("payer.cancel_claim", Computed({"claim": "=claim"})),
            clocks=(ClockVerb("start", "payer-decision", "completion", Computed("=claim.received")),),
            next=(Edge("await-decision"),),
        ),
        WaitForAny(
            kind="wait-for-any",
            id="await-decision",
            title="Wait for the payer",
            ways=(
                Way(
                    name="decided",
                    type="payer.decision",
                    key=Computed("=claim.identifier"),
                    keyed=True,
                    when=Condition("event.data.final"),
                ),
                Way(name="too-late", duration=Timing("30 days")),
            ),
            save="answer",
            timeout=Timeout(Timing("14 days"), "pause"),
            handlers=(
                Handler(type="payer.question", key=Computed("=claim.identifier"), keyed=True, side="call-payer"),
                Handler(
                    type="coverage.ended", key=Computed("=patient.reference"), keyed=True, to="withdrawn", undo=True
                ),
            ),
            next=(Edge("route"),),
        ),
        WaitForTime(
            kind="wait-for-time",
            id="pause",
            title="Give the payer another week",
            duration=Timing("1 week"),
            next=(Edge("await-decision"),),
        ),
        Decide(
            kind="decide",
            id="route",
            title="What was decided?",
            clocks=(ClockVerb("stop", "payer-decision"),),
            table=Table(
                (Computed("=answer.data.decision"), Computed("=urgency")),
                (
                    Row((Cell(0, UnaryTests('"certified"')),), to="both"),
                    Row((Cell(0, UnaryTests('"partial"')), Cell(1, UnaryTests('"expedited"'))), to="both"),
                    Row((), to="denied"),
                ),
            ),
        ),
        Parallel(
            kind="parallel",
            id="both",
            title="Prepare the series",
            stage="series",
            branches=("stock", "chair"),
            join=2,
            timeout=Timeout(Timing("3 days"), "denied", undo=True),
            next=(Edge("series"),),
        ),
        action("both/stock/order-drug", "both/stock/received"),
        WaitForEvent(
            kind="wait-for-event",
            id="both/stock/received",
            title="The drug has arrived",
            type="drug.received",
            key=Computed("=order.reference"),
            keyed=True,
            next=(Edge(""),),
        ),
        Child(
            kind="pathway",
            id="both/chair/book",
            title="Book the chair",
            pathway="chair-booking",
            range="^1",
            inputs=Computed({"order": "=order"}),
            save="booking",
            next=(Edge(""),),
        ),
        Repeat(
            kind="repeat",
            id="series",
            title="Each dose",
            items=Computed("=requirement.doses"),
            name="dose",
            collect=(Assignment("given", Computed("=dose.number")),),
            collected=(Field("given", DataType("list")),),
            carry=(Assignment("last_given", Computed("=dose.number")),),
            next=(Edge("tell"),),
        ),
        action("series/check-labs", "series/safe"),
        Decide(
            kind="decide",
            id="series/safe",
            title="Safe to give?",
            next=(
                Edge("series/give-dose", Condition("labs.neutrophils >= 1.5")),
                Edge("denied", Condition("labs.stop"), undo=True),
                Edge(""),
            ),
        ),
        Task(
            kind="task",
            id="series/give-dose",
            title="Give the dose",
            task_title=Computed("Give dose {{ dose.number }}"),
            queue=Computed("infusion-chair"),
            outcomes=(TaskOutcome("done", "Done"),),
            next=(Edge("", outcome="done"),),
        ),
        Emit(kind="emit", id="tell", title="Say that the series is over", type="series.ended", next=(Edge("leave"),)),
        Section(
            kind="section",
            id="leave",
            title="Take leave",
            timeout=Timeout(Timing("3 days"), "keep"),
            next=(Edge("keep"),),
        ),
        action("leave/thank", "leave/ask"),
        Task(
            kind="task",
            id="leave/ask",
            title="Ask how it went",
            task_title=Computed("Ask how it went"),
            queue=Computed("pa-intake"),
            outcomes=(TaskOutcome("done", "Done"),),
            next=(Edge("", outcome="done"),),
        ),
        Set(
            kind="set",
            id="keep",
            title="Keep the result",
            assignments=(Assignment("result", Computed("=count(given)")),),
            next=(Edge("approved"),),
        ),
        End(kind="end", id="approved", stage="decided", outcome="approved"),
        End(kind="end", id="not-required", outcome="not-required"),
        End(kind="end", id="denied", outcome="denied"),
        End(kind="end", id="withdrawn", outcome="withdrawn"),
        Task(
            kind="task",
            id="~call-payer/call",
            title="Call the payer",
            task_title=Computed("Call the payer about {{ order.display }}"),
            queue=Computed("pa-intake"),
            outcomes=(TaskOutcome("answered", "Answered"), TaskOutcome("again", "Call again later")),
            next=(Edge("", outcome="answered"), Edge("~call-payer/later", outcome="again")),
        ),
        WaitForTime(
            kind="wait-for-time",
            id="~call-payer/later",
            title="Later",
            until=Timing('=today() + duration("P1D")'),
            next=(Edge("~call-payer/call"),),
        ),
    )


def whole_plan(**changes: object) -> Plan:
    """The plan; `changes` replace members of it."""
    given: dict[str, object] = {
        "pathway": "prior-authorization",
        "version": "1.0.0",
        "title": "Prior authorization",
        "purpose": "A payer decision before the service date, or an early warning that there will be none.",
        "owner": "Utilization management",
        "review_by": "2027-06-30",
        "steps": steps(),
        "outcomes": (
            Outcome("approved", "Approved", "success", give=(Assignment("authorization", Computed("=result")),)),
            Outcome("not-required", "Not required", "success"),
            Outcome("denied", "Denied", "unsuccessful"),
            Outcome("withdrawn", "Withdrawn", "cancelled", undo=True),
        ),
        "inputs": (
            Input("patient", DataType("Reference", target=("Patient",)), required=True),
            Input("order", DataType("Reference", target=("ServiceRequest",)), required=True),
            Input("urgency", DataType("code", options=("standard", "expedited")), default="standard"),
        ),
        "attributes": (Attribute("urgency", Computed("=urgency")),),
        "contract": Contract(("Patient", "ServiceRequest"), ("Claim", "Task")),
        "stages": ("requirement", "preparation", "submitted", "series", "decided"),
        "clocks": (
            Clock(
                id="payer-decision",
                title="Payer decision due",
                limit=Timing("7 days"),
                warn=0.75,
                why="CMS-0057-F or the payer's own rule",
                breach=Breach(queue=Computed("pa-supervisor"), title=Computed("Overdue decision")),
            ),
        ),
        "handlers": (Handler(type="order.revoked", key=Computed("=order.reference"), keyed=True, to="withdrawn"),),
        "side_flows": (
            SideFlow(
                "call-payer",
                "Call the payer",
                offer=Offer(Computed("Call the payer"), "pa-intake", Condition("claim != null")),
            ),
        ),
        "starts_on": (
            StartOn(
                "order.placed", Condition("event.data.needs_authorization"), Computed({"order": "=event.data.order"})
            ),
        ),
    }
    return Plan(**(given | changes))  # type: ignore[arg-type]
