import type { CleanColumnView } from '#domain/drift/clean-column-view';
import { frequentCategories, quantileEdges } from '#domain/drift/histogram';
import { unreachable } from '#domain/unreachable';
import type { Histogram } from '#schemas/records/baseline';

/** Lengths of texts: powers of two. */
const lengthEdges = [0, ...Array.from({ length: 17 }, (_, i) => 2 ** i)];

/** What the bins of a column are made of. */
export interface BinSources {
  /** Sampled training values of a column of numbers. */
  readonly numbers?: Float64Array | undefined;
  /** The exact range of all training values; null without one. */
  readonly range?: { readonly min: number | null; readonly max: number | null } | undefined;
  /** Sampled categories of rows that the baseline does not count. */
  readonly categories?: readonly (string | null)[] | undefined;
}

/** The ends of the bins are those of all training rows, so that only a value never seen is beyond them. */
function withRange(edges: readonly number[], { range }: BinSources): number[] {
  if (range === undefined || range.min === null || range.max === null) return [...edges];
  const { min, max } = range;
  return [min, ...edges.slice(1, -1).filter((edge) => edge > min && edge <= max), max];
}

const noNumbers = new Float64Array(0);

/** The empty histogram of a column: its bins, without a row. */
export function emptyHistogram({ column, kind, bins }: CleanColumnView, sources: BinSources): Histogram {
  switch (kind) {
    case 'number': {
      const edges = bins === 'lengths' ? lengthEdges : withRange(quantileEdges(sources.numbers ?? noNumbers), sources);
      return { kind, column, edges, counts: new Array<number>(edges.length + 1).fill(0), missing: 0 };
    }
    case 'category': {
      const categories = typeof bins === 'string' ? frequentCategories(sources.categories ?? []) : [...bins];
      return { kind, column, categories, counts: new Array<number>(categories.length + 1).fill(0), missing: 0 };
    }
    default:
      return unreachable(kind, 'kind of histogram');
  }
}
