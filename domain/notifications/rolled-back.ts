import type { Deployed } from './deployed.ts';
import { composeMessage, type Message } from './message.ts';
import { count, duration } from './numbers.ts';

/** A rollout was undone; `config` is what was tried, `previousConfig` what serves again. */
export interface RolledBack extends Deployed {
  readonly reason: string;
}

export function rolledBackMessage(back: RolledBack): Message {
  return composeMessage({
    heading: `↩️ ${back.pipeline}: version ${count(back.modelVersion)} was rolled back`,
    summary: [
      'Endpoint ',
      { code: back.endpoint },
      ` gave it up after ${duration(back.durationSeconds * 1000)}: ${back.reason}`,
    ],
    facts: [
      ['Tried', { code: back.config }],
      [
        'In service',
        back.previousConfig === undefined ? 'nothing: there was no earlier model' : { code: back.previousConfig },
      ],
    ],
    footer: [['Run ', { code: back.runId }]],
  });
}
