"""The use cases. JSON routes and pages call exactly these; each is one transaction, or as few as its waiting allows."""

from __future__ import annotations

from dataclasses import dataclass

from api.services.bulk import BulkService
from api.services.core_versions import CoreVersions
from api.services.definitions import DefinitionService
from api.services.demonstration import DemonstrationService
from api.services.events import EventService
from api.services.foresight import ForesightService
from api.services.gone import GoneService
from api.services.incidents import IncidentService
from api.services.instances import InstanceService
from api.services.migrations import MigrationService
from api.services.operations import OperationService
from api.services.patients import Patients
from api.services.people import PeopleService
from api.services.publishing import PublishingService
from api.services.queues import Queues


@dataclass(frozen=True)
class Services:
    """Every use case, as the composition root builds them."""

    people: PeopleService
    tasks: BulkService
    instances: InstanceService
    gone: GoneService
    incidents: IncidentService
    operations: OperationService
    foresight: ForesightService
    migrations: MigrationService
    definitions: DefinitionService
    publishing: PublishingService
    events: EventService
    demonstration: DemonstrationService
    patients: Patients
    core: CoreVersions
    queues: Queues
