import { composeMessage, type Message } from './message.ts';

/** A run ended in an error. The drop is still where it was. */
export interface RunFailed {
  readonly pipeline?: string;
  readonly runId?: string;
  /** The state of the machine that failed. */
  readonly state?: string;
  /** Name of the error, as the state machines match it. */
  readonly error: string;
  readonly message: string;
  readonly fix?: string;
  readonly dropKept: true;
  readonly drop?: string;
}

export function runFailedMessage(run: RunFailed): Message {
  return composeMessage({
    heading: `❌ ${run.pipeline ?? 'A drop'}: the run failed`,
    summary: run.message,
    facts: [
      ['Error', { code: run.error }],
      ...(run.state === undefined ? [] : [['At', { code: run.state }] as const]),
      ...(run.fix === undefined ? [] : [['What to do', run.fix] as const]),
    ],
    footer: [
      ...(run.runId === undefined ? [] : [['Run ', { code: run.runId }]]),
      run.drop === undefined ? 'The drop is untouched.' : ['The drop is untouched: ', { code: run.drop }],
    ],
  });
}
