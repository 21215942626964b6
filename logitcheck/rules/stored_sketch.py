"""Models of stored numbers only, for the examples of rules that look at those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Graph
from logitcheck.model import Model, WeightRef

if TYPE_CHECKING:
    import numpy as np

    from logitcheck.rules.case import Case


class Numbers:
    """A source of weights that keeps them in memory."""

    def __init__(self, arrays: Mapping[str, np.ndarray[Any, Any]]):
        """Keep the arrays by key."""
        self.arrays = arrays

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield the whole tensor, flat."""
        yield self.arrays[key].ravel()

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return the tensor."""
        return self.arrays[key]


def stored(
    values: Mapping[str, Sequence[float]],
    *,
    role: str = "weight",
    dtype: str = "float32",
    graph: Graph = Graph(),  # noqa: B008
    **model: Any,
) -> Case:
    """Return a model that holds these tensors, and a graph that reads them by key."""
    import numpy as np

    from logitcheck.analysis.analyse import analyse
    from logitcheck.rules.case import Case

    arrays = {key: np.asarray(value, dtype) for key, value in values.items()}
    refs = tuple(
        WeightRef(key, array.shape, dtype, None, role, array.nbytes) for key, array in arrays.items()
    )
    whole = Model("sketch", "keras-hdf5", weights=refs, source=Numbers(arrays), graph=graph, **model)
    return Case(whole, analyse(whole))
