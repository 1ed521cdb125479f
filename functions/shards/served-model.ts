import { algorithmOf } from '#domain/algorithms/registry';
import { featureColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { invariantColumns, monotoneColumns } from '#domain/data/expected-settings';
import { encodeRows, toCsv } from '#domain/data/online';
import { shownList } from '#domain/data/shown';
import { sourcesOf } from '#domain/encodings/encoding';
import { readFeature } from '#domain/encodings/registry';
import type { ModelInputs, RawValue } from '#domain/endpoint-tests/session';
import { PredictionError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { type OnlineTextFunctions, onlineTextFunctionsOf } from '#functions/shards/text-functions';
import { pipelineSchema } from '#schemas/pipeline';
import { baselineSchema } from '#schemas/records/baseline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { RawRow } from '#schemas/records/golden';

/** A run's model as tests see it: what it reads, and how raw rows become its inputs. */
export interface ServedModel {
  readonly inputs: ModelInputs;
  /** A CSV line each. @throws PredictionError naming row and column, never the value */
  encode(rows: readonly RawRow[]): Promise<string[]>;
  /** Values of a column in the holdout's baseline; none for a column that drift checks do not watch under its own name. */
  observed(column: string): Promise<readonly RawValue[]>;
}

/** @throws NotFoundError when a record of the run is missing */
export async function servedModel(
  artifacts: ObjectStore,
  run: RunPointer,
  openEngine: (texts?: OnlineTextFunctions) => Promise<SqlEngine & { close(): void }>,
): Promise<ServedModel> {
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const columns = featureColumns(pipeline).map((column) => column.name);
  const { input } = algorithmOf(pipeline);
  const transformed = new Set(
    fitted.features
      .map((feature) => readFeature(feature))
      .flatMap(({ sources, watched }) => ('transformed' in watched && watched.transformed ? sources : [])),
  );
  const texts = onlineTextFunctionsOf(pipeline);
  const baseline = () => artifacts.readJson(keys.baseline, baselineSchema);
  let kept: ReturnType<typeof baseline> | undefined;
  return {
    inputs: {
      delimiter: input.delimiter,
      sources: fitted.features.map(sourcesOf),
      columns,
      monotone: monotoneColumns(pipeline.dataset),
      invariant: invariantColumns(pipeline.dataset),
    },
    async encode(rows) {
      for (const [i, row] of rows.entries()) {
        const position = Object.keys(row).findIndex((key) => !columns.includes(key));
        if (position < 0) continue;
        throw new PredictionError(
          `Row ${i + 1} has a column that is no model input: key ${position + 1} of the row. The model reads ${shownList(columns, 50)}.`,
        );
      }
      const engine = await openEngine(texts);
      try {
        return toCsv(await encodeRows(engine, pipeline, fitted, rows), input).split('\n');
      } finally {
        engine.close();
      }
    },
    async observed(column) {
      kept ??= baseline();
      const { columns: inputs, clean } = await kept;
      // a scaled number, a bin or a bucket is not what a raw row has
      const histograms = transformed.has(column) ? clean?.columns : inputs;
      const histogram = histograms?.find((own) => own.column === column);
      if (histogram === undefined) return [];
      return [...new Set<RawValue>(histogram.kind === 'number' ? histogram.edges : histogram.categories)];
    },
  };
}
