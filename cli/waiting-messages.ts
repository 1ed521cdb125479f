import { counted } from '#domain/text/numbers';
import { stateStore } from '#functions/aws/state-store';
import { listWaiting } from '#functions/claims/outbox';
import type { WaitingMessage } from '#schemas/records/waiting-message';
import { dim, print, yellow } from './output.ts';
import type { Finding } from './stage-findings.ts';
import type { Target } from './target.ts';

/** The messages that wait for Slack, the oldest of each pipeline first. */
export const readWaiting = ({ db, outputs }: Pick<Target, 'db' | 'outputs'>): Promise<readonly WaitingMessage[]> =>
  listWaiting(stateStore(db, outputs.StateTableName));

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** The message that the others wait behind: what Slack said of it is why they wait. */
function firstOf(waiting: readonly WaitingMessage[]): WaitingMessage | undefined {
  const tried = waiting.filter(({ attempts }) => attempts > 0);
  return (tried.length > 0 ? tried : waiting).toSorted((a, b) => a.since.localeCompare(b.since))[0];
}

/** The line of `tidegate doctor` on messages that wait. */
export function waitingFinding(waiting: readonly WaitingMessage[]): Finding {
  const what = 'Slack messages';
  const first = firstOf(waiting);
  if (first === undefined) return { what, state: 'ok', detail: 'none waits' };
  return {
    what,
    state: 'missing',
    detail: `${counted(waiting.length, 'message')} ${waiting.length === 1 ? 'waits' : 'wait'} since ${minute(first.since)}`,
    fix: `${first.reason} They are sent by themselves then, in order`,
  };
}

/** Prints which messages wait, since when and why. */
export function printWaiting(waiting: readonly WaitingMessage[]): void {
  if (waiting.length === 0) {
    print('No message waits for Slack.');
    return;
  }
  print(yellow(`${counted(waiting.length, 'message')} ${waiting.length === 1 ? 'waits' : 'wait'} for Slack:`));
  for (const { pipeline, key, since, attempts, reason, notBefore } of waiting) {
    const next = notBefore === undefined ? '' : `, again at ${minute(notBefore)}`;
    print(
      `  ${pipeline}  ${key.split('#')[0]}  ${dim(`since ${minute(since)}, refused ${counted(attempts, 'time')}${next}`)}`,
    );
    print(`    ${reason}`);
  }
}
