import type { alarmRequests } from '#domain/deployment/requests';

/** The alarms that watch roll-outs. */
export interface Alarms {
  /** Puts the alarms anew: one that went off during an earlier roll-out of the same config must not stop this one. */
  replace(requests: ReturnType<typeof alarmRequests>): Promise<void>;
  /** The names of those that have gone off. */
  ringing(names: readonly string[]): Promise<string[]>;
  /** Deletes those that exist. */
  remove(names: readonly string[]): Promise<void>;
}
