"""The gateway to the EHR core: a FHIR R4 client that lives with what real servers do.

You would come here when a core behaves in a way that the client does not know yet (first add the behaviour to
the development core's quirks, then a check to `contract`), or to offer a new interaction to the steps.
"""

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.errors import FhirError
from activities.gateways.fhir.provenance import Actor, Origin, ReadRecord
from activities.gateways.fhir.resource import Reference, Resource
from activities.gateways.fhir.scope import Contract, ScopedFhir
from activities.gateways.fhir.transport import Auth

__all__ = [
    "Actor",
    "Auth",
    "Contract",
    "FhirClient",
    "FhirError",
    "Origin",
    "ReadRecord",
    "Reference",
    "Resource",
    "ScopedFhir",
]
