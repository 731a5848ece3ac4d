"""What our client needs of a core, as checks that run against any FHIR R4 server.

`python -m activities.gateways.fhir.contract CORE` runs them: it fails when a required one does, and names each
capability that is missing. The checks make resources of their own under a key of the run and delete what
the core lets them delete; run them on a test system, not on one that holds real patients.

You would come here when Carelane begins to rely on something new: write the check first.
"""

from activities.gateways.fhir.contract.bench import Bench
from activities.gateways.fhir.contract.registry import Check, Unmet, all_checks
from activities.gateways.fhir.contract.runner import Finding, Report, run_contract

__all__ = ["Bench", "Check", "Finding", "Report", "Unmet", "all_checks", "run_contract"]
