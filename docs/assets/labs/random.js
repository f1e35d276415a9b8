// Random numbers that are the same everywhere: here, in any browser, and in the Python that a lab gives.

const [M1, M2] = [4294967087, 4294944443];

/**
 * An endless row of uniform numbers between 0 and 1: MRG32k3a of P. L'Ecuyer (1999), Operations Research 47, 159-164, from its
 * usual seed. All products stay below 2**53, so that Python's integers give the same row.
 * @returns {Generator<number, never>}
 */
export function* stream() {
  let [a0, a1, a2, b0, b1, b2] = Array(6).fill(12345);
  while (true) {
    const a = modulo(1403580 * a1 - 810728 * a0, M1);
    const b = modulo(527612 * b2 - 1370589 * b0, M2);
    [a0, a1, a2, b0, b1, b2] = [a1, a2, a, b1, b2, b];
    yield (modulo(a - b - 1, M1) + 1) / (M1 + 1);
  }
}

/** @param {number} value @param {number} m */
const modulo = (value, m) => ((value % m) + m) % m;

/** Rounded to thousandths: the last bit of a logarithm or cosine, which machines may give differently, is gone. @param {number} value */
const thousandths = (value) => Math.floor(1000 * value + 0.5) / 1000;

/** A number of the bell curve from two uniform ones: G. Box, M. Muller (1958), Ann. Math. Statistics 29, 610-611. @param {number} u @param {number} v */
export const normal = (u, v) => thousandths(Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));

/** One of Laplace's noise, brought to spread 1: far more often very large. @param {number} u @param {number} v */
export const laplace = (u, v) => thousandths((v < 0.5 ? 1 : -1) * Math.log(u) * Math.SQRT1_2);

/** A whole number below n. @param {number} n @param {number} u */
export const integer = (n, u) => Math.floor(n * u);

/** The same in Python. */
export const PYTHON_STREAM = `def stream():
    """Uniform numbers: MRG32k3a of P. L'Ecuyer (1999)."""
    a, b = [12345] * 3, [12345] * 3
    while True:
        a = [*a[1:], (1403580 * a[1] - 810728 * a[0]) % ${M1}]
        b = [*b[1:], (527612 * b[2] - 1370589 * b[0]) % ${M2}]
        yield ((a[2] - b[2] - 1) % ${M1} + 1) / ${M1 + 1}


def normal(u, v):
    return math.floor(1000 * math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v) + 0.5) / 1000
`;
