import { type Embedding, embeddingsOf } from '#domain/data/embeddings';
import type { DataSettings } from '#domain/data/settings';
import { ENCODINGS, readFeature } from '#domain/encodings/registry';
import type { EmbeddingSketch } from '#schemas/records/embedding-sketch';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { FeatureMatrix } from '../columns.ts';
import { projectRows, scaleOf } from './projections.ts';

/** An embedding as model inputs. */
export interface EmbeddingInputs {
  readonly name: string;
  /** The places of its columns among the model inputs. */
  readonly at: readonly number[];
}

/** Digits that are kept of a projection. */
const DIGITS = 6;

/** The embeddings of a pipeline as inputs of a model. One that the model reads fewer than two columns of is none. */
export function embeddingInputs(
  pipeline: Pick<DataSettings, 'dataset'>,
  { features }: Pick<FittedTransform, 'features'>,
): EmbeddingInputs[] {
  const numbers = features.flatMap((feature, at) => {
    const { sources, watched } = readFeature(feature, ENCODINGS);
    return watched.as === 'number' && sources.length === 1 ? [{ at, source: sources[0] as string }] : [];
  });
  return embeddingsOf(pipeline).flatMap(({ name, columns }: Embedding) => {
    const own = new Set(columns);
    const at = numbers.flatMap((input) => (own.has(input.source) ? [input.at] : []));
    return at.length < 2 ? [] : [{ name, at }];
  });
}

/**
 * What later windows are compared with: the projections of some rows of each embedding.
 *
 * @param matrix all inputs of the model; rows of a uniform sample
 */
export const sketchEmbeddings = (embeddings: readonly EmbeddingInputs[], matrix: FeatureMatrix): EmbeddingSketch[] =>
  matrix.rows === 0
    ? []
    : embeddings.map(({ name, at }) => {
        const { centre, scale } = scaleOf(matrix, at);
        const { width, values } = projectRows(matrix, { at, centre, scale });
        const kept = Array.from(values, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(DIGITS))));
        return { name, at: [...at], centre: [...centre], scale: [...scale], projections: width, values: kept };
      });

/** An embedding of two samples of rows, as projections. */
export interface EmbeddedRows {
  readonly name: string;
  readonly before: FeatureMatrix;
  readonly now: FeatureMatrix;
}

/**
 * The embeddings of a window beside those that were kept.
 *
 * @param now all inputs of the model
 * @param before all inputs of the model, where the baseline is not the kept rows
 */
export const embeddedRows = (
  sketches: readonly EmbeddingSketch[],
  now: FeatureMatrix,
  before?: FeatureMatrix,
): EmbeddedRows[] =>
  sketches.map(({ projections, values, ...sketch }) => ({
    name: sketch.name,
    before: before
      ? projectRows(before, sketch)
      : {
          rows: values.length / projections,
          width: projections,
          values: Float64Array.from(values, (value) => value ?? Number.NaN),
        },
    now: projectRows(now, sketch),
  }));
