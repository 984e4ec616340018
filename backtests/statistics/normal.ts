const smallNumerator = [
  2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356, 0.06568233791820745,
];
const smallDenominator = [47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const middleNumerator = [
  0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.5375852903726, 6848.190450536283,
  11602.65143764735, 9842.714838383978, 1.0765576773720192e-8,
];
const middleDenominator = [
  22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097, 34900.95272114598,
  38912.00328609327, 19685.429676859992,
];
const tailNumerator = [
  0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934, 2.9112874951168793e-5,
  0.023073441764940174,
];
const tailDenominator = [
  1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5,
];

const quantileCentre = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
] as const;
const quantileMiddle = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
] as const;
const quantileTail = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
] as const;

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * Standard normal distribution function, relative error below 1e-13 in the left tail as well (an upper tail is
 * `normalCdf(-x)`). W. J. Cody (1969), Rational Chebyshev approximations for the error function; Algorithm 715 (1993).
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  if (size <= 0.67448975) return 0.5 + x * centralSlope(x * x);
  const tail = size <= Math.sqrt(32) ? middleTail(size) : farTail(size);
  return x < 0 ? tail : 1 - tail;
}

function centralSlope(square: number): number {
  let numerator = smallNumerator[4] * square;
  let denominator = square;
  for (let i = 0; i < 3; i++) {
    numerator = (numerator + smallNumerator[i]) * square;
    denominator = (denominator + smallDenominator[i]) * square;
  }
  return (numerator + smallNumerator[3]) / (denominator + smallDenominator[3]);
}

function middleTail(size: number): number {
  let numerator = middleNumerator[8] * size;
  let denominator = size;
  for (let i = 0; i < 7; i++) {
    numerator = (numerator + middleNumerator[i]) * size;
    denominator = (denominator + middleDenominator[i]) * size;
  }
  return (exponential(size) * (numerator + middleNumerator[7])) / (denominator + middleDenominator[7]);
}

function farTail(size: number): number {
  const inverse = 1 / (size * size);
  let numerator = tailNumerator[5] * inverse;
  let denominator = inverse;
  for (let i = 0; i < 4; i++) {
    numerator = (numerator + tailNumerator[i]) * inverse;
    denominator = (denominator + tailDenominator[i]) * inverse;
  }
  const correction = (inverse * (numerator + tailNumerator[4])) / (denominator + tailDenominator[4]);
  return (exponential(size) * (1 / Math.sqrt(2 * Math.PI) - correction)) / size;
}

/** exp(-size^2 / 2) without the rounding error of the square. */
function exponential(size: number): number {
  const coarse = Math.trunc(size * 16) / 16;
  return Math.exp((-coarse * coarse) / 2) * Math.exp((-(size - coarse) * (size + coarse)) / 2);
}

/**
 * Quantile of the standard normal distribution, relative error about 1e-15. -Infinity at 0, Infinity at 1, NaN outside
 * [0, 1]. M. J. Wichura (1988), Algorithm AS 241 (PPND16).
 */
export function normalQuantile(p: number): number {
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    return centred * ratio(quantileCentre, 0.180625 - centred * centred);
  }
  const tail = centred < 0 ? p : 1 - p;
  if (tail < 0 || Number.isNaN(tail)) return Number.NaN;
  if (tail === 0) return centred < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const size = r <= 5 ? ratio(quantileMiddle, r - 1.6) : ratio(quantileTail, r - 5);
  return centred < 0 ? -size : size;
}

function ratio([numerator, denominator]: readonly [readonly number[], readonly number[]], x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
