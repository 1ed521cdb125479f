import type { WaitState } from '../asl.ts';
import { rememberedNumber } from '../interpreter/recovery.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';

const offsetDateTime =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** An ISO 8601 date-time with offset as milliseconds since the epoch, or undefined when it is none. */
export function parseOffsetDateTime(text: string): number | undefined {
  const match = offsetDateTime.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const real =
    local.getUTCMonth() === month - 1 && local.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!real) return undefined;
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const offsetMinutes = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === '-' ? -1 : 1);
  return local.getTime() + fraction - offsetMinutes * 60_000;
}

/** When the wait is over, in milliseconds since the epoch. */
async function deadline(run: StateRun<WaitState>): Promise<number> {
  const { Seconds, Timestamp } = run.state;
  if (Timestamp !== undefined) {
    const text = await run.evaluateAs('string', Timestamp, 'Timestamp');
    run.thread.settle();
    const at = parseOffsetDateTime(text);
    if (at !== undefined) return at;
    throw run.evaluationFailure(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      'Timestamp',
    );
  }
  const seconds = await run.evaluateSeconds(Seconds ?? 0, 'Seconds');
  run.thread.settle();
  return run.env.clock.now() + seconds * 1000;
}

/** Waits for Seconds, or until Timestamp. */
export async function executeWait(run: StateRun<WaitState>): Promise<Outcome> {
  const kept = rememberedNumber(run.progress, 'until');
  const until = kept ?? (await deadline(run));
  if (kept === undefined) run.remember({ until });
  const left = until - run.env.clock.now();
  if (left > 0) await run.env.clock.sleep(left, run.thread.signal);
  return run.finish({ Assign: run.state.Assign, Output: run.state.Output, otherwise: run.input, next: run.state.Next });
}
