"""Digests of values: two of one value differ where it has changed in between, whatever it is made of."""

import copyreg
import hashlib
import io
import pickle
import sys
import types
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

IMMUTABLE = frozenset({int, float, complex, bool, str, bytes, type(None), range})
CONTAINERS = frozenset({list, dict, set, bytearray})
DRAWING = frozenset({"matplotlib", "mpl_toolkits"})
# A class that defines one of these would run the page's own code when its objects are looked into.
TELLTALE = frozenset(
    {"__getattr__", "__getattribute__", "__getstate__", "__reduce__", "__reduce_ex__", "__getnewargs__",
     "__getnewargs_ex__", "__iter__", "__class__", "__len__", "keys", "items"}
)  # fmt: skip


@dataclass(frozen=True)
class Digest:
    """What a value was. `reach` are the objects in it that may change, `opaque` those of them that nobody can look into."""

    value: bytes
    reach: frozenset[int]
    opaque: frozenset[int]
    blind: bool  # what nobody can look into may hold any other value


def digest(value: object, own: Set[str]) -> Digest:
    """The digest of a value; `own` are the packages whose functions and classes are looked into."""
    pickler = _Pickler(own)
    if type(value) in IMMUTABLE or pickler.is_static(value):
        return Digest(b"", frozenset({id(value)}), frozenset(), False)
    try:
        pickler.dump(value)
    except Exception:  # nested too deep, or an object of a library that only says that it can be pickled
        return Digest(b"", frozenset({id(value)}), frozenset({id(value)}), True)
    memo: dict[int, tuple[int, object]] = pickler.memo.copy()
    reach = pickler.reached | {key for key, (_, part) in memo.items() if type(part) in CONTAINERS}
    written = hashlib.blake2b(pickler.written.getbuffer()).digest()
    return Digest(written, frozenset(reach), frozenset(pickler.opaque), pickler.blind)


class _Pickler(pickle.Pickler):
    """Writes a value as `pickle` does, but looks also into functions and classes, and passes by what nobody can."""

    def __init__(self, own: Set[str]) -> None:
        self.own, self.written = own, io.BytesIO()
        self.reached: set[int] = set()  # objects that may change, no containers
        self.opaque: set[int] = set()
        self.blind = False
        numpy = sys.modules.get("numpy")
        self.array: Any = getattr(numpy, "ndarray", ())
        self.scalar: Any = getattr(numpy, "generic", ())
        self.ufunc: Any = getattr(numpy, "ufunc", types.ModuleType)
        super().__init__(self.written, 5)

    def _is_own(self, value: object) -> bool:
        return str(getattr(value, "__module__", "")).split(".")[0] in self.own

    def is_static(self, value: Any) -> bool:
        """Whether a module, a function or a class has nothing in it that can change, or is not looked into."""
        if isinstance(value, types.BuiltinFunctionType):
            return value.__self__ is None or isinstance(value.__self__, types.ModuleType)
        if isinstance(value, types.FunctionType) and self._is_own(value):
            return not (value.__closure__ or value.__defaults__ or value.__kwdefaults__ or value.__dict__)
        if isinstance(value, (types.FunctionType, type)):
            return not self._is_own(value)
        descriptors = types.GetSetDescriptorType, types.MemberDescriptorType
        return isinstance(value, (types.ModuleType, self.ufunc, *descriptors))

    def reducer_override(self, value: Any, /) -> Any:
        """How a value is written: a callable that says its kind, what is fixed about it, and what may change."""
        kind = type(value)
        if value is tuple:
            return NotImplemented
        if isinstance(value, self.scalar):
            return tuple, ((kind.__name__, value.tobytes()),)
        if isinstance(value, self.array):
            return self._array(value)
        if self.is_static(value):
            return tuple, ((getattr(value, "__qualname__", ""), id(value)),)
        self.reached.add(id(value))
        if parts := _parts(value):
            return tuple, ((id(value),),), parts
        if kind.__module__.split(".")[0] in {*DRAWING, "itertools"}:
            return self._opaque(value)
        try:
            if any(self._is_own(base) and not TELLTALE.isdisjoint(vars(base)) for base in kind.__mro__):
                return tuple, ((id(value),),), (kind, object.__getattribute__(value, "__dict__"))
            reduce = copyreg.dispatch_table.get(kind)
            return reduce(value) if reduce else value.__reduce_ex__(5)
        except Exception:
            return self._opaque(value)

    def _opaque(self, value: Any) -> Any:
        if type(value).__module__.split(".")[0] in DRAWING:
            value = getattr(value, "figure", None) or value  # all that is drawn in it changes with it
        else:
            self.blind = True
        self.reached.add(id(value))
        self.opaque.add(id(value))
        return tuple, ((type(value).__qualname__, id(value)),)

    def _array(self, array: Any) -> Any:
        """An array by what it holds; it is reached where its memory is: in itself, or in one that it shows a part of."""
        part = array
        while part is not None:
            self.reached.add(id(part))
            part = getattr(part, "base", None)
        if array.dtype.hasobject:
            return tuple, ((str(array.dtype), array.shape),), array.tolist()
        numpy: Any = sys.modules["numpy"]
        content = numpy.ascontiguousarray(array).view(numpy.ndarray)
        buffer = content.data if array.dtype.kind in "biufc" else content.tobytes()
        return tuple, ((str(array.dtype), array.shape, hashlib.blake2b(buffer).digest()),)


def _parts(value: Any) -> tuple[object, ...]:
    """What may change about a function, a class or what stands in one; nothing for anything else."""
    kind = type(value)
    if kind is types.FunctionType:
        empty = types.CellType()
        cells = tuple(cell.cell_contents for cell in value.__closure__ or () if cell != empty)
        return cells, value.__defaults__, value.__kwdefaults__, value.__dict__
    if isinstance(value, type):
        kept = tuple(
            (name, part)
            for name, part in vars(value).items()
            if name != "_abc_impl" and (isinstance(part, types.FunctionType) or not name.startswith("__"))
        )
        return value.__bases__, kept
    if kind is property:
        return value.fget, value.fset, value.fdel
    if kind in (staticmethod, classmethod):
        return (value.__func__,)
    if kind is types.MappingProxyType:
        return (tuple(value.items()),)
    if kind.__name__ == "_lru_cache_wrapper":
        return *value.cache_info(), value.__wrapped__
    return ()
