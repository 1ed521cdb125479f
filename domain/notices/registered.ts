import { approvalButtons } from '#domain/slack/buttons';
import { composeMessage, type Message } from '#domain/slack/message';
import { count } from '#domain/text/numbers';
import { runPointerSchema } from '#schemas/records/run';
import { defineNotice } from './notice.ts';

/** A candidate is in the model registry. */
export interface Registered {
  readonly pipeline: string;
  readonly runId: string;
  readonly modelPackageArn: string;
  readonly version: number;
  readonly approval: 'Approved' | 'PendingManualApproval';
  /** The command to approve it, such as `npx tidegate approve loan-default`. */
  readonly howToApprove: string;
  /** Until when the buttons work, in ms since the epoch; without it there are none. */
  readonly buttonsUntil?: number | undefined;
}

export function registeredMessage(model: Registered): Message {
  const pending = model.approval === 'PendingManualApproval';
  return composeMessage({
    heading: pending
      ? `🖐️ ${model.pipeline}: version ${count(model.version)} waits for approval`
      : `📦 ${model.pipeline}: version ${count(model.version)} is registered and approved`,
    summary: pending
      ? ['It passed its gates. To put it in service: ', { code: model.howToApprove }]
      : 'It passed its gates and is approved automatically. Deployment follows.',
    ...(pending && model.buttonsUntil !== undefined
      ? {
          actions: approvalButtons({ pipeline: model.pipeline, version: model.version, expires: model.buttonsUntil }),
        }
      : {}),
    footer: [
      ['Run ', { code: model.runId }],
      ['Model package ', { code: model.modelPackageArn }],
    ],
  });
}

export const registered = defineNotice({
  name: 'registered',
  summary: 'A candidate passed its gates and stands in the model registry.',
  severity: 'info',
  event: { run: runPointerSchema },
  example: { run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' } },
  address: ({ run }) => ({ key: run.runId, run }),
  load: async ({ store, buttons }, { run }) => ({
    record: await store.get(run.pipeline, `run#${run.runId}`),
    buttonsUntil: buttons?.(run.pipeline)?.expires,
  }),
  message: ({ run }, { record, buttonsUntil }, stage) =>
    registeredMessage({
      ...run,
      modelPackageArn: String(record?.['modelPackageArn']),
      version: Number(record?.['modelPackageVersion']),
      approval: record?.['approval'] === 'Approved' ? 'Approved' : 'PendingManualApproval',
      howToApprove: `npx tidegate approve ${run.runId} --stage ${stage}`,
      buttonsUntil,
    }),
});
