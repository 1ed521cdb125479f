import type { Curve } from '#schemas/records/evaluation';

/** A point closer to the line than this, in units of the axes' range, is not visible. */
const INVISIBLE = 1e-4;

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly farthest: number;
  readonly distance: number;
}

/**
 * Thins a curve in the unit square to at most `limit` of its own points, ends kept, by Ramer-Douglas-Peucker from the
 * top: the point farthest from the line drawn so far is added until nothing visible is missing or the limit is reached.
 */
export function decimate(x: Float64Array, y: Float64Array, limit = 400): Curve {
  const last = x.length - 1;
  const keep = [0, last];
  // few open segments (≤ limit): scanning for the worst beats keeping a heap
  const open = [farthestFromChord(x, y, 0, last)];
  while (keep.length < limit) {
    const worst = open.reduce(
      (best, segment, i) => (segment.distance > (open[best] as Segment).distance ? i : best),
      0,
    );
    const { from, to, farthest, distance } = open[worst] as Segment;
    if (distance <= INVISIBLE) break;
    keep.push(farthest);
    open.splice(worst, 1, farthestFromChord(x, y, from, farthest), farthestFromChord(x, y, farthest, to));
  }
  keep.sort((a, b) => a - b);
  return { x: keep.map((i) => x[i] as number), y: keep.map((i) => y[i] as number) };
}

function farthestFromChord(x: Float64Array, y: Float64Array, from: number, to: number): Segment {
  const x0 = x[from] as number;
  const y0 = y[from] as number;
  const dx = (x[to] as number) - x0;
  const dy = (y[to] as number) - y0;
  const length2 = dx * dx + dy * dy;
  let farthest = from;
  let worst = 0;
  for (let i = from + 1; i < to; i++) {
    const px = (x[i] as number) - x0;
    const py = (y[i] as number) - y0;
    const along = length2 === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
    const ox = px - along * dx;
    const oy = py - along * dy;
    const distance2 = ox * ox + oy * oy;
    if (distance2 > worst) {
      worst = distance2;
      farthest = i;
    }
  }
  return { from, to, farthest, distance: Math.sqrt(worst) };
}
