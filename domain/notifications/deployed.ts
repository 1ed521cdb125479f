import { composeMessage, type Message } from './message.ts';
import { count, duration } from './numbers.ts';

/** A new model takes traffic. */
export interface Deployed {
  readonly pipeline: string;
  readonly endpoint: string;
  readonly modelVersion: number;
  readonly runId: string;
  /** The endpoint configuration now live. */
  readonly config: string;
  readonly previousConfig?: string;
  readonly durationSeconds: number;
}

export function deployedMessage(deployed: Deployed): Message {
  return composeMessage({
    heading: `🚀 ${deployed.pipeline}: version ${count(deployed.modelVersion)} is live`,
    summary: [
      'Endpoint ',
      { code: deployed.endpoint },
      ` serves it; the rollout took ${duration(deployed.durationSeconds * 1000)}.`,
    ],
    facts: [
      ['Configuration', { code: deployed.config }],
      ...(deployed.previousConfig === undefined ? [] : [['Before', { code: deployed.previousConfig }] as const]),
    ],
    footer: [['Run ', { code: deployed.runId }]],
  });
}
