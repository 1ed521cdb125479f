import * as z from 'zod';
import type { ObjectStore } from '#functions/ports/object-store';
import { countCaptures } from '#functions/use-cases/count-captures';
import { type ListCapturesPorts, listCaptures } from '#functions/use-cases/list-captures';
import { type CountedCaptures, captureBatchSchema } from '#schemas/records/capture-counts';

/** Everything that counting reads and writes. */
export type CountingPorts = ListCapturesPorts & { readonly clean: Pick<ObjectStore, 'list' | 'readText'> };

/** Counts what is new for a check of the pipeline `loan`, as the machine `count-captures` does. */
export async function countAll(
  ports: CountingPorts,
  checkedAt: string,
  by = checkedAt,
): Promise<CountedCaptures | null> {
  let done: string | null = null;
  for (;;) {
    const { counted, batches, planKey, counting } = await listCaptures(ports, {
      pipeline: 'loan',
      checkedAt,
      by,
      done,
    });
    if (!counting || planKey === null || batches === 0) return counted;
    for (const batch of await ports.artifacts.readJson(planKey, z.array(captureBatchSchema))) {
      await countCaptures(ports, { counting, batch });
    }
    done = planKey;
  }
}
