"""Digests of values: two of one value differ where it has changed in between, whatever it is made of."""

from __future__ import annotations

import copyreg
import hashlib
import pickle
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

IMMUTABLE = frozenset({int, float, complex, bool, str, bytes, type(None), range})
SMALL = 1000  # bytes that are shorter than the time to hash them
CONTAINERS = frozenset({list, dict, set, bytearray})
# A class that defines one of these would run the page's own code when its objects are looked into.
TELLTALE = frozenset(
    {"__getattr__", "__getattribute__", "__getstate__", "__reduce__", "__reduce_ex__", "__getnewargs__",
     "__getnewargs_ex__", "__iter__", "__class__", "__len__", "keys", "items"}
)  # fmt: skip
NONE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Digest:
    """What a value was. `reach` are the objects in it that may change, `opaque` those that nobody can look into."""

    id: int
    value: bytes = b""
    fixed: bool = False  # it cannot change
    reach: frozenset[int] = NONE
    opaque: frozenset[int] = NONE
    blind: bool = False  # what nobody can look into may hold any other value


class Digester:
    """Takes digests. `own` are the packages whose functions and classes are looked into."""

    def __init__(self, own: set[str]) -> None:
        self.own = own
        self.telling: dict[type, bool] = {}  # whether looking into objects of a class would run code of the page

    def __call__(self, value: object) -> Digest:
        """The digest of a value."""
        if type(value) in IMMUTABLE or isinstance(value, (types.ModuleType, types.BuiltinFunctionType)):
            bound_to = getattr(value, "__self__", None)
            if bound_to is None or isinstance(bound_to, types.ModuleType):
                return Digest(id(value), fixed=True)
        if isinstance(value, (types.FunctionType, type)) and not self.looks_into(value):
            return Digest(id(value), fixed=True)
        numpy: Any = sys.modules.get("numpy")
        if type(value) is getattr(numpy, "ufunc", None):
            return Digest(id(value), fixed=True)
        if isinstance(value, getattr(numpy, "ndarray", ())) and not cast(Any, value).dtype.hasobject:
            return Digest(id(value), repr(content_of(value)).encode(), reach=frozenset({id(value), *roots(value)}))
        pickler = _Pickler(self)
        try:
            pickler.dump(value)
        except Exception:  # nested too deep, or an object of a library that only says that it can be pickled
            return Digest(id(value), opaque=frozenset({id(value)}), blind=True)
        memo: dict[int, tuple[int, object]] = pickler.memo.copy()
        reach = pickler.reached | {key for key, (_, part) in memo.items() if type(part) in CONTAINERS}
        return Digest(
            id(value), pickler.sink.digest(), False, frozenset(reach), frozenset(pickler.opaque), pickler.blind
        )

    def looks_into(self, value: Any) -> bool:
        """Whether a function or class is the page's or the book's, and has something that can change."""
        if str(getattr(value, "__module__", "")).split(".")[0] not in self.own:
            return False
        return isinstance(value, type) or bool(
            value.__closure__ or value.__defaults__ or value.__kwdefaults__ or value.__dict__
        )


class _Sink:
    """A file that keeps nothing but the hash of what is written."""

    def __init__(self) -> None:
        hashed = hashlib.blake2b(digest_size=12)
        self.write, self.digest = hashed.update, hashed.digest


class _Pickler(pickle.Pickler):
    """Writes a value as `pickle` does, but looks also into functions and classes, and passes by what nobody can."""

    def __init__(self, digester: Digester) -> None:
        self.digester, self.sink = digester, _Sink()
        self.reached: set[int] = set()  # objects that may change, no containers
        self.opaque: set[int] = set()
        self.blind = False
        numpy = sys.modules.get("numpy")
        self.array: Any = getattr(numpy, "ndarray", ())
        self.scalar: Any = getattr(numpy, "generic", ())
        super().__init__(self.sink, 5)

    def reducer_override(self, value: Any, /) -> Any:
        """How a value is written: a callable that says its kind, what is fixed about it, and what may change."""
        kind = type(value)
        if value is tuple:
            return NotImplemented
        if isinstance(value, self.scalar):
            return tuple, ((kind.__name__, value.tobytes()),)
        if isinstance(value, self.array):
            return self._array(value)
        if isinstance(value, (type, types.FunctionType)):
            if not self.digester.looks_into(value):
                return tuple, ((value.__module__, value.__qualname__, id(value)),)
            self.reached.add(id(value))
            return tuple, ((value.__qualname__, id(value)),), _state(value)
        if kind in (types.ModuleType, types.GetSetDescriptorType, types.MemberDescriptorType):
            return tuple, ((id(value),),)
        if kind is property:
            return tuple, ((id(value),),), (value.fget, value.fset, value.fdel)
        if kind in (staticmethod, classmethod):
            return tuple, ((id(value),),), (value.__func__,)
        if kind is types.MappingProxyType:
            return tuple, ((id(value),),), tuple(value.items())
        if kind.__module__.split(".")[0] in ("matplotlib", "mpl_toolkits"):
            return self._opaque(getattr(value, "figure", None) or value, blind=False)
        if kind.__name__ == "_lru_cache_wrapper":
            return tuple, ((id(value), tuple(value.cache_info())),), (value.__wrapped__,)
        if kind.__module__ == "itertools":
            return self._opaque(value)
        self.reached.add(id(value))
        if self._has_code_of_its_own(kind):
            try:
                return tuple, ((id(value),),), (kind, object.__getattribute__(value, "__dict__"))
            except AttributeError:
                return self._opaque(value)
        try:
            reduce = copyreg.dispatch_table.get(kind)
            return reduce(value) if reduce else value.__reduce_ex__(5)
        except Exception:
            return self._opaque(value)

    def _opaque(self, value: object, blind: bool = True) -> Any:
        self.opaque.add(id(value))
        self.blind |= blind
        return tuple, ((type(value).__qualname__, id(value)),)

    def _array(self, value: Any) -> Any:
        self.reached |= roots(value)
        if value.dtype.hasobject:
            return tuple, ((str(value.dtype), value.shape),), value.tolist()
        return tuple, (content_of(value),)

    def _has_code_of_its_own(self, kind: type) -> bool:
        known = self.digester.telling
        if kind in known:
            return known[kind]
        known[kind] = any(
            base.__module__.split(".")[0] in self.digester.own and not TELLTALE.isdisjoint(vars(base))
            for base in kind.__mro__
        )
        return known[kind]


def roots(array: Any) -> set[int]:
    """Where the memory of an array is kept: by itself, or by another one that it shows a part of."""
    found = {id(array)}
    while (array := getattr(array, "base", None)) is not None:
        found.add(id(array))
    return found


def content_of(array: Any) -> tuple[object, ...]:
    """What an array holds, which is no objects, in short."""
    numpy: Any = sys.modules["numpy"]
    dtype = array.dtype.str if array.dtype.names is None else str(array.dtype)
    if array.nbytes < SMALL:
        return dtype, array.shape, array.tobytes()
    content = numpy.ascontiguousarray(array).view(numpy.ndarray)
    buffer = content.data if array.dtype.kind in "biufc" else content.tobytes()
    return dtype, array.shape, hashlib.blake2b(buffer, digest_size=12).digest()


def _state(value: Any) -> object:
    """What may change about a function or a class."""
    if isinstance(value, types.FunctionType):
        empty = types.CellType()
        cells = tuple(cell.cell_contents for cell in value.__closure__ or () if cell != empty)
        return cells, value.__defaults__, value.__kwdefaults__, value.__dict__
    attributes: Mapping[str, object] = vars(value)
    kept = tuple(
        (name, part)
        for name, part in attributes.items()
        if name != "_abc_impl" and (isinstance(part, types.FunctionType) or not name.startswith("__"))
    )
    return value.__bases__, kept
