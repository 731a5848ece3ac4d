"""Simulation: many cases of a pathway in virtual time, with times and choices drawn from distributions.

Touch this package when something else is to be declared, drawn or measured: `declaration.py` and `reading.py` have
what authors write in `simulation.yaml`, `distributions.py` and `samples.py` what is drawn, `case.py` plays one case
on the engine, `measures.py` adds cases up, `report.py` and `picture.py` show them, `measured.py` learns a declaration
from finished instances.
"""

from pathways.simulate.declaration import Simulation
from pathways.simulate.measures import Measures
from pathways.simulate.reading import ReadSimulation, read_simulation
from pathways.simulate.run import simulate, together

__all__ = ["Measures", "ReadSimulation", "Simulation", "read_simulation", "simulate", "together"]
