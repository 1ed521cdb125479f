import type { DataSettings } from '#domain/data/settings';
import type { EndpointTest } from '#schemas/endpoint-test';

/** Bounds and width of a model's answer by what it predicts; probabilities come from the objectives of the tasks. */
function answerForm({ evaluation, dataset }: Pick<DataSettings, 'evaluation' | 'dataset'>) {
  switch (evaluation.task) {
    case 'binary':
      return { valuesPerRow: 1, min: 0, max: 1 };
    case 'multiclass':
      return { valuesPerRow: dataset.label.classes?.length ?? 1, min: 0, max: 1 };
    case 'regression':
      return { valuesPerRow: 1 };
  }
}

/**
 * The tests every endpoint has without anybody writing one: the form of the answer, and the answers of the run's golden rows.
 *
 * @param goldenUri S3 URI of the run's `golden.json`
 */
export function defaultTests(
  pipeline: Pick<DataSettings, 'evaluation' | 'dataset'>,
  goldenUri: string,
): EndpointTest[] {
  return [
    {
      id: 'contract-default',
      kind: 'contract',
      description: 'The golden rows get one answer a row, of the right form.',
      request: { contentType: 'text/csv', s3Uri: goldenUri },
      expect: { status: 200, contentType: 'text/csv', ...answerForm(pipeline) },
    },
    {
      id: 'golden-default',
      kind: 'golden',
      description: 'The golden rows get the answers the model gave when it was evaluated.',
      s3Uri: goldenUri,
      tolerance: 1e-6,
    },
  ];
}
