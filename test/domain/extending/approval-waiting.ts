import * as z from 'zod';
import { defineNotice } from '#domain/notices/notice';
import { composeMessage } from '#domain/slack/message';
import { counted } from '#domain/text/numbers';
import { runPointerSchema } from '#schemas/records/run';

export const approvalWaiting = defineNotice({
  name: 'approval-waiting',
  summary: 'A registered model has waited for its approval for some days.',
  severity: 'warning',
  event: { run: runPointerSchema, days: z.int().min(1) },
  example: { run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' }, days: 3 },
  address: ({ run, days }) => ({ key: `${run.runId}#${days}`, run }),
  load: ({ store }, { run }) => store.get(run.pipeline, `run#${run.runId}`),
  message: ({ run, days }, record, stage) =>
    composeMessage({
      heading: `🖐️ ${run.pipeline}: version ${String(record?.['modelPackageVersion'])} still waits`,
      summary: [
        `For ${counted(days, 'day')}. To put it in service: `,
        { code: `npx tidegate approve ${run.runId} --stage ${stage}` },
      ],
    }),
});
