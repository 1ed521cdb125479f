import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { type Continuation, continuationSchema } from '#schemas/records/continuation';

/** What DivideRows decided about going on from the champion; undefined where the pipeline does not ask for it. */
export async function readContinuation(
  artifacts: Pick<ObjectStore, 'readJson'>,
  run: RunPointer,
  { training }: { readonly training: { readonly incremental?: boolean | undefined } },
): Promise<Continuation | undefined> {
  if (training.incremental !== true) return undefined;
  return artifacts.readJson(artifactKeys(run).continuation, continuationSchema);
}
