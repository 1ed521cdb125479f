import type { Alarms } from '#functions/ports/alarms';

/** Alarms in memory. */
export interface MemoryAlarms extends Alarms {
  /** Alarms by name; true for one that has gone off. */
  readonly known: Map<string, boolean>;
}

export function memoryAlarms(): MemoryAlarms {
  const known = new Map<string, boolean>();
  return {
    known,
    async replace(requests) {
      for (const { AlarmName } of requests) known.set(AlarmName, false);
    },
    ringing: async (names) => names.filter((name) => known.get(name)),
    async remove(names) {
      for (const name of names) known.delete(name);
    },
  };
}
