import { type Condition, ifAbsent, type StateItem, type StateStore } from '#functions/ports/state-store';

/** The dependencies of claiming a message. */
export interface ClaimPorts {
  readonly store: StateStore;
  /** Identifies this attempt: unique for each invocation. */
  readonly attempt: string;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** How long another attempt has to send the message, before it counts as crashed. Sending takes a fraction of a second, or seconds on a busy machine. */
const patienceMs = 6000;
const pollMs = 250;

/** The attempt of a message that Slack did not take: the next attempt need not wait. */
export const gaveUp = '';

/** True while the message is not sent, and the attempt that claimed it is still the same. Earlier versions kept no attempt. */
const unsentBy = (attempt: unknown): Condition => ({
  expression: `#s = :s AND ${attempt === undefined ? 'attribute_not_exists(#a)' : '#a = :a'}`,
  names: { '#s': 'sent', '#a': 'attempt' },
  values: { ':s': false, ...(attempt === undefined ? {} : { ':a': attempt }) },
});

/**
 * Makes this attempt the one that sends the message. Events may come twice, and two executions may say the same at the same
 * moment: the later one waits for the earlier one, and takes over from one that crashed.
 *
 * @returns whether the message was sent, and otherwise whether another attempt had it before
 */
export async function claimMessage(
  { store, sleep, attempt }: ClaimPorts,
  pk: string,
  sk: string,
  claim: StateItem,
): Promise<'sent' | 'claimed' | 'taken over'> {
  if (await store.put(pk, sk, claim, ifAbsent)) return 'claimed';
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const known = await store.get(pk, sk);
    if (known?.['sent'] === true) return 'sent';
    const other = known?.['attempt'];
    // the answer to the put above was lost
    if (other === attempt) return 'claimed';
    if (typeof other === 'string' && other !== gaveUp && waitedMs < patienceMs) {
      await sleep(pollMs);
      continue;
    }
    if (await store.put(pk, sk, claim, known ? unsentBy(other) : ifAbsent)) return 'taken over';
    waitedMs = 0;
  }
}
