"""The type of the arrays that the probe's modules hand each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
"""Of any shape and dtype. A text, since NumPy's array takes no arguments in an old Python."""
