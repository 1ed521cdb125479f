import type { FeatureMatrix } from '#domain/drift/columns';
import type { Random } from '#domain/random';

/** What changed in a window. */
export interface EmbeddingShift {
  /** Share of the rows that are of a topic which the baseline does not have. */
  readonly newTopic?: number;
  /** By how much the centre moved in a random direction, in standard deviations of the rows along it. */
  readonly centre?: number;
  /** Additional noise in each column, in its standard deviations. */
  readonly noise?: number;
  /** The correlation of two factors, which are independent in the baseline. */
  readonly relation?: number;
  /** Whether the columns are in another order. */
  readonly permuted?: boolean;
}

const TOPICS = 8;
const FACTORS = 40;

/**
 * Draws rows as encoders of texts make them: a few topics, factors of falling strength that most columns share, some noise, and all rows of
 * one length.
 *
 * @param world decides what the topics and factors are
 */
export function embeddings(columns: number, world: Random) {
  const vector = (scale: number): Float64Array => Float64Array.from({ length: columns }, () => scale * world.normal());
  const topics = Array.from({ length: TOPICS + 1 }, () => vector(0.5));
  const factors = Array.from({ length: FACTORS }, (_, i) => vector(1 / Math.sqrt(1 + i)));
  const direction = vector(1);
  const length = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0));

  return (rows: number, random: Random, shift: EmbeddingShift = {}): FeatureMatrix => {
    const { newTopic = 0, centre = 0, noise = 0, relation = 0, permuted = false } = shift;
    const values = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const topic = topics[random.float() < newTopic ? TOPICS : random.below(TOPICS)] as Float64Array;
      const strengths = Array.from({ length: FACTORS }, () => random.normal());
      const [first = 0, , third = 0] = strengths;
      strengths[2] = relation * first + Math.sqrt(1 - relation ** 2) * third;
      const own = topic.map(
        (x, i) => x + strengths.reduce((sum, s, f) => sum + s * ((factors[f] as Float64Array)[i] as number), 0),
      );
      const noisy = own.map((x) => x + 0.3 * random.normal());
      const norm = Math.sqrt(noisy.reduce((sum, x) => sum + x * x, 0) / columns);
      for (let i = 0; i < columns; i++) {
        const at = permuted ? columns - 1 - i : i;
        // a row has about unit variance along any direction, and a little more along its factors
        const moved = (noisy[at] as number) / norm + (centre * (direction[at] as number)) / length;
        values[row * columns + i] = moved + noise * random.normal();
      }
    }
    return { rows, width: columns, values };
  };
}
