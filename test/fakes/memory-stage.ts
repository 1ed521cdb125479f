import { NotFoundError } from '#domain/errors';
import type { StoredVersion } from '#domain/retention/inventory';
import type { RunPointer } from '#domain/runs/layout';
import { runPrefix } from '#domain/runs/layout';
import type { RunFolders } from '#functions/ports/run-folders';
import type { PlanningPorts } from '#functions/use-cases/plan-clean-up';
import type { RemovalPorts } from '#functions/use-cases/remove-unused';
import type { RollBackRequestPorts } from '#functions/use-cases/request-roll-back';
import { memoryEndpoints } from './memory-endpoints.ts';
import { memoryObjects } from './memory-objects.ts';
import { memoryState } from './memory-state.ts';

/** The folders of runs in one bucket of a memory: keys with their bytes. */
const foldersOf = (objects: Map<string, number>): RunFolders => {
  const below = (run: RunPointer) => [...objects].filter(([key]) => key.startsWith(runPrefix(run)));
  return {
    list: async (pipeline) => [
      ...new Set([...objects.keys()].flatMap((key) => key.match(`^${pipeline}/runs/([^/]+)/`)?.[1] ?? [])),
    ],
    measure: async (run) => {
      const own = below(run);
      return { objects: own.length, bytes: own.reduce((sum, [, size]) => sum + size, 0) };
    },
    erase: async (run) => {
      for (const [key] of below(run)) objects.delete(key);
    },
  };
};

/** All that a clean-up sees of a stage, in memory. */
export function memoryStage() {
  const store = memoryState();
  const endpoints = memoryEndpoints();
  const models = new Set<string>();
  const packages = new Map<string, StoredVersion>();
  const [artifacts, clean] = [new Map<string, number>(), new Map<string, number>()];
  const plans = memoryObjects('artifacts');
  let calls = 0;
  let killedAt = Number.POSITIVE_INFINITY;
  /** Counts calls, and ends the process at one of them: before it, or after it was done and before its answer. */
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member = target[name as keyof T];
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          calls += 1;
          const own = calls;
          if (own === killedAt) throw new Error('killed before');
          const answer: unknown = await (member as (...all: unknown[]) => unknown).apply(target, args);
          if (own === killedAt + 0.5) throw new Error('killed after');
          return answer;
        };
      },
    });
  const ports: Omit<PlanningPorts, 'pipelines' | 'readRetention'> & RemovalPorts & RollBackRequestPorts = {
    stage: 'dev',
    store: mortal(store),
    endpoints: mortal(endpoints),
    resources: mortal({
      listEndpointConfigs: async (part: string) => [...endpoints.configs].filter((name) => name.includes(part)),
      listModels: async (part: string) => [...models].filter((name) => name.includes(part)),
      removeModel: async (name: string) => {
        models.delete(name);
      },
    }),
    packages: mortal({
      list: async () => [...packages.values()],
      remove: async (arn: string) => {
        packages.delete(arn);
      },
    }),
    registry: mortal({
      read: async (arn: string) => {
        const found = packages.get(arn);
        if (!found) throw new NotFoundError(`There is no model package ${arn}.`);
        const { approval: status, registeredAt: approvedAt, runId } = found;
        return { status, approvedAt, runId, creation: { status: 'Completed' as const } };
      },
    }),
    artifacts: mortal(foldersOf(artifacts)),
    clean: mortal(foldersOf(clean)),
    plans: mortal(plans),
  };
  return {
    ports,
    store,
    endpoints,
    models,
    packages,
    artifacts,
    clean,
    plans,
    /** How many calls were made since the last call of this. */
    takeCalls: () => {
      const taken = calls;
      calls = 0;
      return taken;
    },
    /** @param call the number of the call before which the process ends; half a call later, after it was done */
    killAt: (call: number) => {
      calls = 0;
      killedAt = call;
    },
    /** All that is left, to compare two stages by. */
    everything: () => ({
      items: store.everything(),
      configs: [...endpoints.configs].toSorted(),
      models: [...models].toSorted(),
      packages: [...packages.keys()].toSorted(),
      objects: [...artifacts.keys(), ...clean.keys()].toSorted(),
    }),
  };
}
