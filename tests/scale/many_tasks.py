"""A store that has been in use for years: very many tasks, of which some thousands are open."""

from __future__ import annotations

import psycopg

_INSTANCES = """
INSERT INTO instance (id, pathway, version, digest, title, zone, status, stage, attributes, inputs, data, rev,
                      started_at, recorded_at, suspended, offers)
SELECT 'I' || lpad(n::text, 25, '0'), 'bench-' || n %% 3, '1.0.0', 'bench', 'A pathway', 'America/New_York',
       CASE WHEN n <= %(open)s / 2 THEN 'running' ELSE 'ended' END, 'stage-' || n %% 6,
       '{}', jsonb_build_object('patient', jsonb_build_object('reference', 'Patient/' || n %% 5000)), '{}', 8,
       now() - interval '1 minute' * n, now(), false, '[]'
FROM generate_series(1, %(tasks)s / 2) AS n
"""

# A third of the open tasks are somebody's, one in fifty ours; one in six is overdue; few are urgent. In every fifth
# instance both tasks have one cause; some others name one alone.
_TASKS = """
INSERT INTO task (id, instance, pathway, pathway_version, pathway_title, address, step, title, queue, role, priority,
                  rank, stage, due_at, due_order, opened_at, form, outcomes, attributes, status, assignee, version,
                  closed_at, closed_by, outcome, cause, origin, bulk)
SELECT 'T' || lpad((n::bigint * 7919 %% 1000000007)::text, 25, '0'), 'I' || lpad(((n + 1) / 2)::text, 25, '0'),
       'bench-' || ((n + 1) / 2) %% 3, '1.0.0', 'A pathway', 'call-patient', 'call-patient',
       'Call the patient about visit ' || n,
       (ARRAY['referral-intake', 'clinical-triage', 'scheduling', 'front-desk', 'consult-notes', 'closing'])
           [1 + n %% 6],
       CASE WHEN n %% 4 = 0 THEN 'coordinator' END, priority,
       CASE priority WHEN 'stat' THEN 0 WHEN 'asap' THEN 1 WHEN 'urgent' THEN 2 ELSE 3 END,
       'stage-' || ((n + 1) / 2) %% 6, due, coalesce(due, '9999-12-31'), now() - interval '1 minute' * (n %% 20000),
       '[{"name": "note", "label": "Note", "type": {"kind": "text"}, "required": true}]',
       '[{"id": "done", "title": "Done", "role": null}]',
       jsonb_build_object('service', 'service-' || n %% 12, 'urgent', n %% 9 = 0),
       CASE WHEN n <= %(open)s THEN 'open' ELSE 'completed' END,
       CASE WHEN n %% 50 = 7 THEN %(person)s WHEN n %% 3 = 0 THEN 'person-' || n %% 40 END, 1,
       CASE WHEN n > %(open)s THEN now() - interval '1 minute' * (n %% 400000) END,
       CASE WHEN n > %(open)s THEN 'person-' || n %% 40 END, CASE WHEN n > %(open)s THEN 'done' END,
       CASE WHEN ((n + 1) / 2) %% 5 = 0 THEN 'late' WHEN n %% 11 = 0 THEN 'cause-' || n %% 3 END,
       'step', n %% 7 = 0
FROM (
    SELECT n,
           CASE WHEN n %% 97 = 0 THEN 'stat' WHEN n %% 31 = 0 THEN 'asap' WHEN n %% 9 = 0 THEN 'urgent'
                ELSE 'routine' END AS priority,
           CASE WHEN n %% 25 <> 3 THEN now() + interval '1 minute' * ((n::bigint * 7919) %% 12000 - 2000) END AS due
    FROM generate_series(1, %(tasks)s) AS n
) AS numbered
"""


async def fill(database_url: str, *, tasks: int, opened: int, person: str) -> None:
    """Write so many tasks, the first `opened` of them open, two to an instance; some are `person`'s."""
    given = {"tasks": tasks, "open": opened, "person": person}
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        await connection.execute(_INSTANCES, given)
        await connection.execute(_TASKS, given)
        for table in ("instance", "task"):
            await connection.execute(f"VACUUM ANALYZE {table}".encode())


async def empty(database_url: str) -> None:
    """Remove them again."""
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        await connection.execute("TRUNCATE instance CASCADE")
