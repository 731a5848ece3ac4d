"""Write the migration from the newest revision to the present tables, for reading before it is committed.

`python -m store.migrations.new postgresql://…/empty "what changed"`; the database is migrated first.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from store.database import driver_url
from store.migrate import configuration, migrate_database

VERSIONS = Path(__file__).parent / "versions"


def write(url: str, message: str) -> None:
    """Compare the tables with the database and write what is missing as a migration."""
    migrate_database(url)
    config = configuration()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    newest = max((path.name[:4] for path in VERSIONS.glob("[0-9]*.py")), default="0000")
    engine = create_engine(driver_url(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True, rev_id=f"{int(newest) + 1:04}")
    engine.dispose()


if __name__ == "__main__":
    write(*sys.argv[1:3])
