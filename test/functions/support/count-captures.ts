import * as z from 'zod';
import type { ObjectStore } from '#functions/ports/object-store';
import { countCaptures } from '#functions/use-cases/count-captures';
import { type ListCapturesPorts, listCaptures } from '#functions/use-cases/list-captures';
import type { ListedCaptures } from '#schemas/events/count-captures';
import { type CountedCaptures, captureBatchSchema } from '#schemas/records/capture-counts';

/** Everything that counting reads and writes. */
export type CountingPorts = Omit<ListCapturesPorts, 'clean'> & {
  readonly clean: Pick<ObjectStore, 'list' | 'readText'>;
};

/** Counts the batches of a plan, as the Distributed Map does. */
export async function countPlan(ports: CountingPorts, { planKey, counting }: ListedCaptures): Promise<void> {
  if (!counting || planKey === null) throw new Error('there is no plan to count');
  for (const batch of await ports.artifacts.readJson(planKey, z.array(captureBatchSchema))) {
    await countCaptures(ports, { counting, batch });
  }
}

/** Counts what is new for a check of the pipeline `loan`, as the machine `count-captures` does. */
export async function countAll(
  ports: CountingPorts,
  checkedAt: string,
  by = checkedAt,
): Promise<CountedCaptures | null> {
  for (let done: string | null = null; ; ) {
    const listed: ListedCaptures = await listCaptures(ports, { pipeline: 'loan', checkedAt, by, done });
    if (listed.batches === 0) return listed.counted;
    await countPlan(ports, listed);
    done = listed.planKey;
  }
}
