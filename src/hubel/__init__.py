"""hubel: everything from pixels to class scores as one computational graph.

>>> import hubel as hb
>>> g = hb.Graph.trace(lambda x, y, z: (x + y) * z, x=-2.0, y=5.0, z=-4.0)
>>> g.forward(x=-2.0, y=5.0, z=-4.0)
-12.0
>>> g.backward()
{'x': -4.0, 'y': -4.0, 'z': 3.0}
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hubel import errors, transforms
from hubel.transforms import *  # noqa: F403  what transforms lists is the public face
from hubel.transforms import later

if TYPE_CHECKING:
    from hubel import data, experiments, features, nn, scale
    from hubel import onnx as onnx
    from hubel.experiments import diagnose, load
    from hubel.nn.estimators import LinearClassifier as LinearClassifier
    from hubel.nn.estimators import NetClassifier as NetClassifier
    from hubel.nn.estimators import NetRegressor as NetRegressor
    from hubel.playground import play
    from hubel.scale import threads
    from hubel.transforms.later import *  # noqa: F403

__version__ = "0.1.0"

__all__ = ["data", "diagnose", "errors", "experiments", "features", "load", "nn"]
__all__ += ["play", "scale", "threads"]
__all__ += transforms.__all__
__all__ += later.__all__

# Not in __all__: `from hubel import *` works without scikit-learn, and hides no onnx.
_ESTIMATORS = ("LinearClassifier", "NetClassifier", "NetRegressor")
_PACKAGES = ("data", "experiments", "features", "nn", "onnx", "scale")
_LATER = {
    **dict.fromkeys(_ESTIMATORS, "nn.estimators"),
    **dict.fromkeys(_PACKAGES, ""),
    **dict.fromkeys(later.__all__, "transforms"),
    "diagnose": "experiments",
    "load": "experiments",
    "play": "playground",
    "threads": "scale",
}
"""What is imported when it is first used: a package, or a name of a package."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'hubel' has no attribute {name!r}")
    found = importlib.import_module(f"hubel.{_LATER[name] or name}")
    if _LATER[name]:
        found = globals()[name] = getattr(found, name)
    return found
