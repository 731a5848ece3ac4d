"""The first tables: definitions, instances, tasks, incidents, records, events, people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the head of an audit without entries."""
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="person:<id>, or rule:<pathway>@<version>/<address>"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="<kind>/<id> of what was changed or seen"),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
        comment="Who changed or saw what. Each entry carries the hash of the one before it.",
    )
    op.create_index("ix_audit_actor", "audit", ["actor", "number"], unique=False)
    op.create_index("ix_audit_instance", "audit", ["instance", "number"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "number"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint('"id" = 1', name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        comment="The chain's last entry: locked by who appends, and the witness that nothing was cut off.",
    )
    op.create_table(
        "definition",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('published', 'deprecated', 'retired')", name=op.f("ck_definition_state")),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_definition")),
    )
    op.create_index("ix_definition_digest", "definition", ["digest"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="The end of its correlation window."
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'consumed', 'dead')", name=op.f("ck_inbox_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        comment="Domain events that arrived (CloudEvents), each source's id once.",
    )
    op.create_index("ix_inbox_match", "inbox", ["type", "key", "received_at"], unique=False)
    op.create_index("ix_inbox_received", "inbox", ["received_at", "id"], unique=False)
    op.create_index("ix_inbox_source_event_id", "inbox", ["source", "event_id"], unique=True)
    op.create_index(
        "ix_inbox_waiting", "inbox", ["expires_at"], unique=False, postgresql_where=sa.text("status = 'waiting'")
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_title", sa.Text(), nullable=True),
        sa.Column("outcome_kind", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("pace", postgresql.JSONB(), nullable=True),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("snapshot_digest", sa.Text(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('starting', 'running', 'cancelling', 'ended')", name=op.f("ck_instance_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        comment="One run of a pathway. `starting`: wanted, and not yet heard of from its workflow.",
    )
    op.create_index(
        "ix_instance_open",
        "instance",
        ["recorded_at", "id"],
        unique=False,
        postgresql_where=sa.text("status <> 'ended'"),
    )
    op.create_index("ix_instance_pathway", "instance", ["pathway", "started_at", "id"], unique=False)
    op.create_index(
        "ix_instance_request", "instance", ["request"], unique=True, postgresql_where=sa.text("request IS NOT NULL")
    )
    op.create_index("ix_instance_started", "instance", ["started_at", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'dead')", name=op.f("ck_outbox_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        comment="Domain events that instances emitted.",
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["instance", "rev", "place"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_api_token_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        comment="Bearer tokens of programs; only their hash is kept.",
    )
    op.create_index("ix_api_token_person", "api_token", ["person"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False, comment="Empty for every site."),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_assignment_person")),
        sa.PrimaryKeyConstraint("person", "role", "site", name=op.f("pk_assignment")),
        comment="The roles of people, per site.",
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'replayed', 'discarded')", name=op.f("ck_dead_letter_status")),
        sa.ForeignKeyConstraint(["event"], ["inbox.id"], name=op.f("fk_dead_letter_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
    )
    op.create_index("ix_dead_letter_event", "dead_letter", ["event"], unique=False)
    op.create_index(
        "ix_dead_letter_open", "dead_letter", ["id"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "delivery",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("arming", sa.Integer(), nullable=False, comment="0, or the revision whose arming matched it again."),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("taken_by", postgresql.JSONB(), nullable=True, comment="The addresses that consumed it."),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Not to be tried before; a claim moves it on.",
        ),
        sa.Column("problem", sa.Text(), nullable=True, comment="Why the last attempt gave no verdict."),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('consumed', 'ignored', 'gone', 'superseded')", name=op.f("ck_delivery_verdict")
        ),
        sa.ForeignKeyConstraint(["event"], ["inbox.id"], name=op.f("fk_delivery_event")),
        sa.PrimaryKeyConstraint("event", "instance", "arming", name=op.f("pk_delivery")),
        comment="An event on its way to an instance, until it has a verdict.",
    )
    op.create_index("ix_delivery_instance", "delivery", ["instance", "event"], unique=False)
    op.create_index(
        "ix_delivery_pending", "delivery", ["next_at"], unique=False, postgresql_where=sa.text("verdict IS NULL")
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("pathway_version", sa.Text(), nullable=False),
        sa.Column("pathway_title", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="Equal for the same trouble in any instance."),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        sa.Column("input", postgresql.JSONB(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column(
            "retried_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The last retry, while its result is not known.",
        ),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_incident_status")),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_incident_instance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_instance", "incident", ["instance", "number"], unique=False)
    op.create_index(
        "ix_incident_open",
        "incident",
        ["fingerprint", "last_seen", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_incident_open_seen",
        "incident",
        ["last_seen", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_incident_seen", "incident", ["last_seen", "id"], unique=False)
    op.create_table(
        "listener",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("armed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arming", sa.Integer(), nullable=False, comment="The revision in which it was armed."),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_listener_instance")),
        sa.PrimaryKeyConstraint("instance", "address", name=op.f("pk_listener")),
        comment="What open instances listen for, by event type and correlation key.",
    )
    op.create_index("ix_listener_match", "listener", ["type", "key"], unique=False)
    op.create_table(
        "position",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("waits", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "wake_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when it waits, where it waits for a point in time.",
        ),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_position_instance")),
        sa.PrimaryKeyConstraint("instance", "address", name=op.f("pk_position")),
        comment="Where open instances stand.",
    )
    op.create_table(
        "result",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_result_instance")),
        sa.PrimaryKeyConstraint("instance", "request", name=op.f("pk_result")),
        comment="What requests were answered, by their idempotency key.",
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_session_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        comment="Signed-in browsers; only a hash of the token is kept.",
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"], unique=False)
    op.create_index("ix_session_person", "session", ["person"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("pathway_version", sa.Text(), nullable=False),
        sa.Column("pathway_title", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False, comment="The priority as a number; the most urgent is 0."),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due_order",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="due_at, or a far day, so that undated tasks sort last.",
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form", postgresql.JSONB(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(), nullable=False),
        sa.Column("attributes", postgresql.JSONB(), nullable=False, comment="The instance's, for filters."),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts changes of who works on it."),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("values", postgresql.JSONB(), nullable=True, comment="What was typed when it was completed."),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it was cancelled."),
        sa.CheckConstraint("status IN ('open', 'completed', 'cancelled')", name=op.f("ck_task_status")),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_task_instance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        comment="Work for people. A row carries all that a list shows, so that a page is one query.",
    )
    op.create_index("ix_task_instance", "task", ["instance", "opened_at"], unique=False)
    op.create_index(
        "ix_task_open_assignee",
        "task",
        ["assignee", "due_order", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_attributes",
        "task",
        ["attributes"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"attributes": "jsonb_path_ops"},
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_due",
        "task",
        ["due_order", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_pathway",
        "task",
        ["pathway", "due_order", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_queue",
        "task",
        ["queue", "due_order", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_rank",
        "task",
        ["rank", "due_order", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_stage",
        "task",
        ["stage", "due_order", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "timeline",
        sa.Column(
            "number",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="The order in which it was recorded.",
        ),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="The fact's place within its revision."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_timeline_instance")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_timeline")),
        comment="Every fact that an instance stated, in order.",
    )
    op.create_index("ix_timeline_instance", "timeline", ["instance", "number"], unique=False)
    op.create_table(
        "task_comment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_task_comment_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_comment")),
    )
    op.create_index("ix_task_comment_task", "task_comment", ["task", "id"], unique=False)
    op.create_table(
        "task_draft",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_task_draft_task")),
        sa.PrimaryKeyConstraint("task", "person", name=op.f("pk_task_draft")),
        comment="What a person typed and did not send, valid or not.",
    )
    head = sa.table("audit_head", sa.column("id"), sa.column("number"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("task_draft")
    op.drop_index("ix_task_comment_task", table_name="task_comment")
    op.drop_table("task_comment")
    op.drop_index("ix_timeline_instance", table_name="timeline")
    op.drop_table("timeline")
    op.drop_index("ix_task_open_stage", table_name="task", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_task_open_rank", table_name="task", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_task_open_queue", table_name="task", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_task_open_pathway", table_name="task", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_task_open_due", table_name="task", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(
        "ix_task_open_attributes",
        table_name="task",
        postgresql_using="gin",
        postgresql_ops={"attributes": "jsonb_path_ops"},
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index("ix_task_open_assignee", table_name="task", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_task_instance", table_name="task")
    op.drop_table("task")
    op.drop_index("ix_session_person", table_name="session")
    op.drop_index("ix_session_expires_at", table_name="session")
    op.drop_table("session")
    op.drop_table("result")
    op.drop_table("position")
    op.drop_index("ix_listener_match", table_name="listener")
    op.drop_table("listener")
    op.drop_index("ix_incident_seen", table_name="incident")
    op.drop_index("ix_incident_open_seen", table_name="incident", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_incident_open", table_name="incident", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_incident_instance", table_name="incident")
    op.drop_table("incident")
    op.drop_index("ix_delivery_pending", table_name="delivery", postgresql_where=sa.text("verdict IS NULL"))
    op.drop_index("ix_delivery_instance", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_dead_letter_open", table_name="dead_letter", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_dead_letter_event", table_name="dead_letter")
    op.drop_table("dead_letter")
    op.drop_table("assignment")
    op.drop_index("ix_api_token_person", table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("person")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("status = 'waiting'"))
    op.drop_table("outbox")
    op.drop_index("ix_instance_started", table_name="instance")
    op.drop_index("ix_instance_request", table_name="instance", postgresql_where=sa.text("request IS NOT NULL"))
    op.drop_index("ix_instance_pathway", table_name="instance")
    op.drop_index("ix_instance_open", table_name="instance", postgresql_where=sa.text("status <> 'ended'"))
    op.drop_table("instance")
    op.drop_index("ix_inbox_waiting", table_name="inbox", postgresql_where=sa.text("status = 'waiting'"))
    op.drop_index("ix_inbox_source_event_id", table_name="inbox")
    op.drop_index("ix_inbox_received", table_name="inbox")
    op.drop_index("ix_inbox_match", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index("ix_definition_digest", table_name="definition")
    op.drop_table("definition")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_subject", table_name="audit")
    op.drop_index("ix_audit_instance", table_name="audit")
    op.drop_index("ix_audit_actor", table_name="audit")
    op.drop_table("audit")
