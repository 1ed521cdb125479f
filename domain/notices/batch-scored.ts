import * as z from 'zod';
import { meanText, shareOf } from '#domain/batch/figures';
import { batchItems } from '#domain/batch/layout';
import { NotFoundError } from '#domain/errors';
import { composeMessage, type Message } from '#domain/slack/message';
import { counted } from '#domain/text/numbers';
import { type BatchRecord, batchRecordSchema } from '#schemas/records/batch';
import { defineNotice } from './notice.ts';

const failureSchema = z.object({
  pipeline: z.string(),
  executionArn: z.string(),
  batchId: z.string().optional(),
  isScored: z.boolean().optional(),
  error: z.string(),
  message: z.string(),
});

/** Files were scored. */
export function batchScoredMessage({
  pipeline,
  model,
  counts,
  bucket,
  prefix,
  files,
  drop,
  batchId,
}: BatchRecord): Message {
  const { rows = 0, scored = 0, malformed = 0, problems = [], classes = [], mean } = counts ?? {};
  const listed = counted(files?.length ?? 0, 'file');
  return composeMessage({
    heading: `${malformed === 0 ? '📊' : '⚠️'} ${pipeline}: ${counted(scored, 'row')} scored`,
    summary:
      `Of ${counted(rows, 'row')} of the batch, version ${model.modelPackageVersion} scored ${scored.toLocaleString('en-US')}.` +
      (malformed > 0
        ? ` ${counted(malformed, 'row')} ${malformed === 1 ? 'is' : 'are'} malformed and ${malformed === 1 ? 'has' : 'have'} no score.`
        : ''),
    facts: [
      ['Model', `version ${model.modelPackageVersion}`],
      ['Scores', { code: `s3://${bucket}/${prefix}` }],
      ...(mean === undefined ? [] : ([['Mean', meanText(mean)]] as const)),
    ],
    parts: [
      ...(classes.length === 0
        ? []
        : [
            {
              title: 'Classes',
              table: {
                columns: ['class', 'rows', 'share'],
                rows: classes.map(({ label, rows: own }) => [label, own.toLocaleString('en-US'), shareOf(own, scored)]),
              },
            },
          ]),
      ...(problems.length === 0
        ? []
        : [
            {
              title: 'Malformed rows',
              table: {
                columns: ['column', 'reason', 'rows'],
                rows: problems.map(({ column, reason, count }) => [
                  column ?? '(the row)',
                  reason,
                  count.toLocaleString('en-US'),
                ]),
              },
            },
          ]),
    ],
    footer: [`${listed} with scores of ${drop}, batch ${batchId}`],
  });
}

/** Files could not be scored, or the execution failed after they were. */
export const batchFailedMessage = ({ pipeline, isScored, error, message }: z.output<typeof failureSchema>): Message =>
  composeMessage({
    heading: `⚠️ ${pipeline}: a batch was ${isScored ? 'scored, but its execution failed' : 'not scored'}`,
    summary: message,
    facts: [['Error', { code: error }]],
    footer: ['The files stay in the raw bucket. The model keeps serving.'],
  });

export const batchScored = defineNotice({
  name: 'batch-scored',
  summary: 'Files were scored, or could not be.',
  event: {
    batch: z.union([z.object({ failure: failureSchema }), z.object({ pipeline: z.string(), batchId: z.string() })]),
  },
  example: { batch: { pipeline: 'loan-default', batchId: '20260201-060000-1c2d' } },
  address: ({ batch }) =>
    'failure' in batch
      ? { key: batch.failure.executionArn, pipeline: batch.failure.pipeline }
      : { key: batch.batchId, pipeline: batch.pipeline },
  async load({ store }, { batch }) {
    if ('failure' in batch) return undefined;
    const record = await store.get(batch.pipeline, batchItems.one(batch.batchId));
    if (record === undefined) throw new NotFoundError(`Batch ${batch.batchId} of ${batch.pipeline} has no record.`);
    return batchRecordSchema.parse(record);
  },
  severity: {
    among: ['info', 'warning'],
    of: ({ batch }, record) => ('failure' in batch || (record?.counts?.malformed ?? 0) > 0 ? 'warning' : 'info'),
  },
  message: ({ batch }, record) =>
    'failure' in batch ? batchFailedMessage(batch.failure) : batchScoredMessage(record as BatchRecord),
});
