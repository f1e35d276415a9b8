"""What functions and methods of Python and its libraries do with what they are given, as far as programs must know."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


CHANGES_ARGUMENT = words(
    "copyto fill_diagonal put place putmask put_along_axis shuffle heappush heappop heapify heapreplace heappushpop "
    "insort insort_left insort_right setattr delattr next"
)
SHARES_MEMORY = words(
    "asarray asanyarray ascontiguousarray atleast_1d atleast_2d atleast_3d reshape ravel squeeze transpose "
    "broadcast_to broadcast_arrays diagonal swapaxes moveaxis split array_split hsplit vsplit real imag flip fliplr "
    "flipud expand_dims rot90 vectorize frombuffer nditer"
)
SETTINGS = words(
    "set_printoptions seterr seterrcall filterwarnings simplefilter chdir setlocale rc rcdefaults "
    "setrecursionlimit register getcontext setcontext putenv use"
)
WRITES_FILES = words(
    "write_text write_bytes save savez savez_compressed savetxt savefig tofile to_csv to_json dump mkdir makedirs "
    "unlink remove rename replace rmdir rmtree copyfile copy2 touch memmap open_memmap"
)
READS_FILES = words("open load loadtxt genfromtxt fromfile read_text read_bytes read_csv memmap listdir")
FRESH_METHODS = words(
    "copy mean sum std var max min ptp any all argmax argmin argsort astype tolist dot round cumsum cumprod prod item "
    "trace nonzero searchsorted clip repeat count index format join encode decode upper lower title strip lstrip "
    "rstrip replace startswith endswith isdigit zfill ljust rjust center translate as_integer_ratio is_integer "
    "limit_denominator hex normal uniform integers permutation choice random standard_normal exponential poisson "
    "binomial beta gamma standard_t laplace lognormal multivariate_normal convert isoformat bit_length conj "
    "total_seconds tobytes split rsplit splitlines"
)
PURE_METHODS = FRESH_METHODS - words(
    "normal uniform integers permutation choice random standard_normal exponential poisson binomial beta gamma "
    "standard_t laplace lognormal multivariate_normal"
) | words(
    "items keys values get reshape ravel flatten squeeze transpose view swapaxes diagonal conf_int predict score "
    "transform get_params summary difference union intersection issubset issuperset most_common group groups end "
    "start span exists is_file deriv roots"
)
CHANGING_METHODS = words(
    "append add appendleft extend extendleft insert remove pop popleft popitem clear update setdefault discard sort "
    "reverse rotate subtract intersection_update difference_update symmetric_difference_update move_to_end fill put "
    "resize partition itemset setflags setfield byteswap __setitem__ __delitem__ __iadd__"
)
IMMUTABLE_CALLS = words(
    "len abs round int float str bool repr format hash id isinstance issubclass any all "
    "ord chr print range type callable hasattr pow divmod"
)
IMMUTABLE_TYPES = {"float", "int", "str", "bool", "complex", "bytes", "None", "Fraction", "Decimal"}
LAZY_CALLS = words("zip enumerate map filter iter reversed open")
INSPECTING = words("len isinstance issubclass id type callable hasattr repr str print format")
ITERATORS = ("itertools.", "csv.", "re.finditer", "os.scandir", "os.walk")
VALUES_ONLY = words("numpy scipy math cmath statistics fractions decimal json matplotlib")
MATERIALIZING = words("list tuple set frozenset dict sorted sum min max")
