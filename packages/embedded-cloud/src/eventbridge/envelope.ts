import { randomUUID } from 'node:crypto';
import type { BusEvent } from '#src/cloud/service';

/** An event as rules and targets see it. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds, UTC. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** Adds what EventBridge adds to an event. @param time milliseconds since the epoch. @param id made up by default. */
export const envelope = (
  event: BusEvent,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  time: number,
  id: string = randomUUID(),
): EventEnvelope => ({
  version: '0',
  id,
  'detail-type': event['detail-type'],
  source: event.source,
  account: accountId,
  time: `${new Date(time).toISOString().slice(0, 19)}Z`,
  region,
  resources: event.resources ?? [],
  detail: event.detail,
});
