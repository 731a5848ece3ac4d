"""From an instance of one version to an instance of another.

Touch this package when something else is to survive a migration: `map.py` has what authors say of the way, `naming.py`
and `landing.py` where things are found again, `keeping.py` what can go on at another step, `instance.py` moves one
instance.
"""

from pathways.migration.instance import Migration, migrate
from pathways.migration.map import MigrationMap, ReadMap, Way, map_from_json, map_to_json, read_map

__all__ = ["Migration", "MigrationMap", "ReadMap", "Way", "map_from_json", "map_to_json", "migrate", "read_map"]
