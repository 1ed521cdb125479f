import { composeMessage, type Message } from './message.ts';
import { count } from './numbers.ts';

/** A candidate stands in the model registry. */
export interface Registered {
  readonly pipeline: string;
  readonly runId: string;
  readonly modelPackageArn: string;
  readonly version: number;
  readonly approval: 'Approved' | 'PendingManualApproval';
  /** What to run or click, as `npx tidegate approve loan-default`. */
  readonly howToApprove: string;
}

export function registeredMessage(model: Registered): Message {
  const pending = model.approval === 'PendingManualApproval';
  return composeMessage({
    heading: pending
      ? `🖐️ ${model.pipeline}: version ${count(model.version)} waits for approval`
      : `📦 ${model.pipeline}: version ${count(model.version)} is registered and approved`,
    summary: pending
      ? ['It passed its gates. To put it in service: ', { code: model.howToApprove }]
      : 'It passed its gates and is approved by rule; deployment follows.',
    footer: [
      ['Run ', { code: model.runId }],
      ['Model package ', { code: model.modelPackageArn }],
    ],
  });
}
