import { batchItems } from '#domain/batch/layout';
import { deploymentKeys, runOfConfig } from '#domain/deployment/target';
import type { Inventory, OwnedName, RecordedRun } from '#domain/retention/inventory';
import { hasRefused } from '#functions/claims/earlier-drops';
import { type ReferencePorts, readReferences } from '#functions/claims/retention-references';
import type { ModelPackages } from '#functions/ports/model-packages';
import type { RunFolders } from '#functions/ports/run-folders';
import type { StageResources } from '#functions/ports/stage-resources';
import type { StateItem, StateStore } from '#functions/ports/state-store';
import { listOwnResources } from '#functions/use-cases/own-resources';

/** What listing all that a pipeline has takes. */
export interface InventoryPorts extends ReferencePorts {
  readonly resources: Pick<StageResources, 'listEndpointConfigs' | 'listModels'>;
  readonly packages: Pick<ModelPackages, 'list'>;
  readonly artifacts: Pick<RunFolders, 'list'>;
  readonly clean: Pick<RunFolders, 'list'>;
}

const text = (item: StateItem, attribute: string): string => String(item[attribute]);
const afterHash = (sk: string): string => sk.slice(sk.indexOf('#') + 1);

/** The runs and batches that the state table knows, and the items that are of one of them. */
async function readItems(
  store: Pick<StateStore, 'list'>,
  pipeline: string,
): Promise<{ readonly recorded: RecordedRun[]; readonly items: OwnedName[] }> {
  const runs = await store.list(pipeline, deploymentKeys.run(''));
  const batches = await store.list(pipeline, batchItems.all);
  const finished = await store.list(pipeline, 'finished#');
  const claims = await store.list(pipeline, batchItems.claims);
  const threads = await store.list(pipeline, 'thread#');
  const recordOf = (kind: RecordedRun['kind'], isRefused: (item: StateItem) => boolean) => (item: StateItem) => ({
    // a record that an old failure left may name no run
    runId: afterHash(text(item, 'sk')),
    kind,
    status: typeof item['status'] === 'string' ? item['status'] : undefined,
    isRefused: isRefused(item),
  });
  return {
    recorded: [...runs.map(recordOf('run', hasRefused)), ...batches.map(recordOf('batch', () => false))],
    items: [
      ...finished.map((item) => ({ name: text(item, 'sk'), runId: text(item, 'runId') })),
      ...claims.map((item) => ({ name: text(item, 'sk'), runId: text(item, 'batchId') })),
      // the threads of decisions are of versions: they are few, and stay
      ...threads
        .map((item) => text(item, 'sk'))
        .filter((sk) => !sk.startsWith('thread#decision#'))
        .map((sk) => ({ name: sk, runId: afterHash(sk) })),
    ],
  };
}

/**
 * Lists all that a pipeline has which no lifecycle rule ends. What may be deleted is listed before what refers to it is read: what comes
 * into use in between was not listed, or is held.
 */
export async function readInventory(ports: InventoryPorts, pipeline: string): Promise<Inventory> {
  const { stage, store, resources, packages, artifacts, clean } = ports;
  const { configs, models } = await listOwnResources(resources, stage, pipeline);
  const owned = (names: readonly string[]): OwnedName[] =>
    names.map((name) => ({ name, runId: runOfConfig(stage, pipeline, name)?.runId ?? name }));
  const versions = await packages.list(pipeline);
  const [records, rows] = [await artifacts.list(pipeline), await clean.list(pipeline)];
  const { recorded, items } = await readItems(store, pipeline);
  return {
    pipeline,
    recorded,
    records,
    rows,
    versions,
    endpointConfigs: owned(configs),
    models: owned(models),
    items,
    ...(await readReferences(ports, pipeline)),
  };
}
