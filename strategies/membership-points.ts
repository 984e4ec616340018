/** Points on the axis of a variable moved: `scale x + shift`, scale above 0. */
export interface Move {
  scale: number;
  shift: number;
}

type Points = readonly number[];

/** The numbers of a membership function of some type when its variable is moved; undefined for an unknown type. */
export function movedPoints(type: string, points: Points, move: Move): number[] | undefined {
  return moved[type]?.(points, move).map((point) => Number(point.toPrecision(6)));
}

/** Where a membership function is highest, or half way through its points. */
export function middleOf(type: string, points: Points): number {
  if (type === 'gaussian' || type === 'sigmoid') return points[0];
  if (type === 'bell') return points[2];
  return type === 'triangular' ? points[1] : (points[0] + points[points.length - 1]) / 2;
}

const eachPoint = (points: Points, { scale, shift }: Move) => points.map((point) => scale * point + shift);

const moved: Readonly<Record<string, (points: Points, move: Move) => number[]>> = {
  triangular: eachPoint,
  trapezoidal: eachPoint,
  pi_shaped: eachPoint,
  s_shaped: eachPoint,
  z_shaped: eachPoint,
  gaussian: ([mean, sigma], { scale, shift }) => [scale * mean + shift, scale * sigma],
  bell: ([width, slope, centre], { scale, shift }) => [scale * width, slope, scale * centre + shift],
  sigmoid: ([centre, slope], { scale, shift }) => [scale * centre + shift, slope / scale],
};
