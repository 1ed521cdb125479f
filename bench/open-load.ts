import { setTimeout as sleep } from 'node:timers/promises';

/** The latencies of the requests of one load, in milliseconds. */
export interface Load {
  /** From the time at which a request was due, so a request that had to wait to be sent counts its wait. */
  readonly latencies: readonly number[];
  /** What went wrong, with how often. */
  readonly failures: ReadonlyMap<string, number>;
}

/**
 * An open-model load: requests are due at a constant rate, whether or not earlier ones were answered. A closed model sends the next
 * request after an answer, and so sends less when the server is slow (Schroeder, Wierman, Harchol-Balter, "Open Versus Closed: A
 * Cautionary Tale", NSDI 2006).
 */
export async function openLoad(rate: number, seconds: number, send: () => Promise<void>): Promise<Load> {
  const latencies: number[] = [];
  const failures = new Map<string, number>();
  const started = performance.now();
  const sent: Promise<void>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const due = started + (i / rate) * 1000;
    await sleep(Math.max(0, due - performance.now()));
    sent.push(
      send().then(
        () => void latencies.push(performance.now() - due),
        (error: Error) => void failures.set(error.message, (failures.get(error.message) ?? 0) + 1),
      ),
    );
  }
  await Promise.all(sent);
  return { latencies, failures };
}

/** The smallest latency that a share of all are not above. */
export function quantile(latencies: readonly number[], share: number): number {
  const sorted = latencies.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
