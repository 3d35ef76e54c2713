"""The structure of Jacobians, as plain NumPy objects."""

from hubel.structure.applied import Applied
from hubel.structure.diagonal import Diagonal
from hubel.structure.operator import Operator

__all__ = ["Applied", "Diagonal", "Operator"]
