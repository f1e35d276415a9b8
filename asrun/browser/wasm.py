"""What WebAssembly lacks, put right before a reader runs anything."""

import functools
import sys
import types
from typing import Any

UNSOLVABLE = {  # what NumPy says of each
    **dict.fromkeys(("inv", "solve"), "Singular matrix"),
    **dict.fromkeys(("eig", "eigh", "eigvals", "eigvalsh"), "Eigenvalues did not converge"),
    "cholesky": "Matrix is not positive definite",
    "svd": "SVD did not converge",
    "lstsq": "SVD did not converge in Linear Least Squares",
}


def restore_errors(linalg: types.ModuleType) -> None:
    """Let `np.linalg` raise LinAlgError for a matrix without an inverse, as it does everywhere else.

    NumPy learns of it by a flag of the processor that WebAssembly does not have, and would hand out NaN in silence.
    """
    numpy: Any = sys.modules["numpy"]

    def sound(value: Any) -> bool:
        array = numpy.asarray(value)
        return array.dtype.kind not in "fc" or not numpy.isnan(array).any()

    for name, message in UNSOLVABLE.items():
        function = getattr(linalg, name)

        @functools.wraps(function)
        def checked(*args: Any, _function: Any = function, _message: str = message, **options: Any) -> Any:
            result = _function(*args, **options)
            parts = result if isinstance(result, tuple) else (result,)
            if not all(map(sound, parts)) and all(map(sound, args)):
                raise linalg.LinAlgError(_message)
            return result

        for module in (linalg, sys.modules[function.__module__], sys.modules.get("numpy.linalg._linalg")):
            if module is not None and getattr(module, name, None) is function:
                setattr(module, name, checked)
