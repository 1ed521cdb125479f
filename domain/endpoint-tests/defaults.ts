import { classCount } from '#domain/data/class-count';
import type { ServedConfig } from '#schemas/records/served-config';
import { type EndpointTestKind, problemOfKind, type ServedModel } from './endpoint-test.ts';
import { ENDPOINT_TESTS, type EndpointTest } from './registry.ts';

/** Bounds and width of a model's response by task. The tasks' objectives return probabilities. */
function answerForm({ evaluation, dataset }: Pick<ServedConfig, 'evaluation' | 'dataset'>): ServedModel['answer'] {
  switch (evaluation.task) {
    case 'binary':
      return { valuesPerRow: 1, min: 0, max: 1 };
    case 'multiclass':
      return { valuesPerRow: Math.max(1, classCount(dataset.label)), min: 0, max: 1 };
    case 'regression':
      return { valuesPerRow: 1 };
  }
}

/** What the pipeline declares of its columns. */
function declarations({ dataset }: Pick<ServedConfig, 'dataset'>): ServedModel['declares'] {
  const columns = Object.values(dataset.columns ?? {});
  return {
    monotone: columns.some((column) => column['monotone'] !== undefined),
    invariant: columns.some((column) => column['invariant'] !== undefined),
  };
}

/** What the default tests follow from. */
type DefaultsConfig = Pick<ServedConfig, 'evaluation' | 'dataset'> & {
  readonly deployment?: Pick<ServedConfig['deployment'], 'asynchronous'>;
};

/**
 * The default tests of every endpoint, one for each kind that has a default and suits the endpoint.
 *
 * @param goldenUri S3 URI of the run's `golden.json`
 */
export function defaultTests(
  pipeline: DefaultsConfig,
  goldenUri: string,
  kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS,
): EndpointTest[] {
  const model: ServedModel = { goldenUri, answer: answerForm(pipeline), declares: declarations(pipeline) };
  const suited = kinds.filter((kind) => problemOfKind(kind, pipeline.deployment?.asynchronous) === undefined);
  return suited.flatMap((kind) => kind.defaultTest?.(model) ?? []) as EndpointTest[];
}
