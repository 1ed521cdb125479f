import * as z from 'zod';
import { findKind } from '#domain/find-kind';
import { batchScored } from './batch-scored.ts';
import { challengeFailed } from './challenge-failed.ts';
import { challengeStarted } from './challenge-started.ts';
import { challengeVerdict } from './challenge-verdict.ts';
import { checkFailed } from './check-failed.ts';
import { cleanedUp } from './cleaned-up.ts';
import { costs } from './costs.ts';
import { decision } from './decision.ts';
import { deployed } from './deployed.ts';
import { drift } from './drift.ts';
import { endpointTests } from './endpoint-tests.ts';
import type { NOTICE_NAMES } from './names.ts';
import type { NoticeKind, NoticePorts, Outgoing } from './notice.ts';
import { orphans } from './orphans.ts';
import { outcomes } from './outcomes.ts';
import { registered } from './registered.ts';
import { retired } from './retired.ts';
import { rolledBack } from './rolled-back.ts';
import { runFailed } from './run-failed.ts';
import { runSkipped } from './run-skipped.ts';
import { runStarted } from './run-started.ts';
import { verdict } from './verdict.ts';

/** Kinds with these names in this order. */
type Named<Names extends readonly string[]> = { readonly [At in keyof Names]: { readonly name: Names[At] } };

/** Every kind of notice. */
export const NOTICES = [
  runStarted,
  verdict,
  registered,
  runSkipped,
  runFailed,
  decision,
  challengeStarted,
  challengeVerdict,
  challengeFailed,
  deployed,
  rolledBack,
  endpointTests,
  drift,
  checkFailed,
  outcomes,
  batchScored,
  retired,
  orphans,
  costs,
  cleanedUp,
] as const satisfies Named<typeof NOTICE_NAMES>;

type EventOf<Kind> = Kind extends NoticeKind<infer Event> ? Event : never;

/** Notify's input. Only pointers and outcomes: it reads the rest from the run's records. */
export const noticeSchemaOf = <const Kinds extends readonly NoticeKind[]>(
  kinds: Kinds,
): z.ZodType<EventOf<Kinds[number]>> =>
  z.discriminatedUnion('kind', kinds.map(({ schema }) => schema) as never) as z.ZodType<EventOf<Kinds[number]>>;
export const noticeSchema = noticeSchemaOf(NOTICES);
export type Notice = z.output<typeof noticeSchema>;

/** Turns a notice into its message, with its key and its thread. @throws TypeError when its kind is not registered */
export function composeNotice(
  ports: NoticePorts,
  notice: { readonly kind: string },
  kinds: readonly NoticeKind[] = NOTICES,
): Promise<Outgoing> {
  return findKind(kinds, notice.kind, 'notice').compose(ports, notice);
}
