import fc from 'fast-check';
import type { Inventory } from '#domain/retention/inventory';
import { retentionSchema } from '#domain/retention/settings';
import type { Removal } from '#schemas/records/clean-up';

export const settings = retentionSchema.parse({});
export const at = '2026-12-01T07:00:00.000Z';

/** The id of a run that started some days before the clean-up. */
export const runOf = (daysAgo: number, digest = 'aaaa'): string => {
  const start = new Date(Date.parse(at) - daysAgo * 86_400_000).toISOString();
  return `${start.slice(0, 10).replaceAll('-', '')}-${start.slice(11, 19).replaceAll(':', '')}-${digest}`;
};
export const ago = (days: number): string => new Date(Date.parse(at) - days * 86_400_000).toISOString();

export const arnOf = (version: number): string =>
  `arn:aws:sagemaker:eu-central-1:1:model-package/tidegate-dev-loan/${version}`;
export const nameOf = (runId: string): string => `tidegate-dev-loan-${runId}`;

export const nothing: Inventory = {
  pipeline: 'loan',
  recorded: [],
  records: [],
  rows: [],
  versions: [],
  endpointConfigs: [],
  models: [],
  items: [],
  champion: undefined,
  former: [],
  challenged: [],
  underWay: [],
  lastGood: undefined,
  liveConfigs: [],
};

/** A run with all that a run may have. */
export interface Whole {
  readonly runId: string;
  readonly status?: string;
  readonly approval?: 'Approved' | 'Rejected' | 'PendingManualApproval';
  readonly version?: number;
  readonly isRefused?: boolean;
  readonly kind?: 'run' | 'batch';
}

/** The inventory of runs that have everything. */
export const inventoryOf = (runs: readonly Whole[], more: Partial<Inventory> = {}): Inventory => ({
  ...nothing,
  recorded: runs.map(({ runId, status = 'registered', isRefused = false, kind = 'run' }) => ({
    runId,
    kind,
    status,
    isRefused,
  })),
  records: runs.map(({ runId }) => runId),
  rows: runs.map(({ runId }) => runId),
  versions: runs.flatMap(({ runId, version, approval = 'Approved' }) =>
    version === undefined
      ? []
      : [
          {
            version,
            runId,
            approval,
            modelPackageArn: arnOf(version),
            registeredAt: new Date(startOf(runId)).toISOString(),
          },
        ],
  ),
  endpointConfigs: runs.map(({ runId }) => ({ name: nameOf(runId), runId })),
  models: runs.map(({ runId }) => ({ name: nameOf(runId), runId })),
  items: runs.map(({ runId }) => ({ name: `thread#${runId}`, runId })),
  ...more,
});

const startOf = (runId: string): string =>
  `${runId.slice(0, 4)}-${runId.slice(4, 6)}-${runId.slice(6, 8)}T${runId.slice(9, 11)}:${runId.slice(11, 13)}:${runId.slice(13, 15)}.000Z`;

/** One thing that a clean-up deletes. */
export type Step = (inventory: Inventory) => Inventory;

/** The deletions of a removal, in the order in which they are made. */
export const stepsOf = ({ runId, versions, endpointConfigs, models, rows, records, items }: Removal): Step[] => [
  ...versions.map(
    ({ version }): Step =>
      (i) => ({ ...i, versions: i.versions.filter((v) => v.version !== version) }),
  ),
  ...endpointConfigs.map(
    (name): Step =>
      (i) => ({ ...i, endpointConfigs: i.endpointConfigs.filter((c) => c.name !== name) }),
  ),
  ...models.map(
    (name): Step =>
      (i) => ({ ...i, models: i.models.filter((m) => m.name !== name) }),
  ),
  ...(rows ? [(i: Inventory): Inventory => ({ ...i, rows: i.rows.filter((r) => r !== runId) })] : []),
  ...(records ? [(i: Inventory): Inventory => ({ ...i, records: i.records.filter((r) => r !== runId) })] : []),
  ...items.map(
    (sk): Step =>
      (i) => ({
        ...i,
        items: i.items.filter((item) => item.name !== sk),
        recorded: i.recorded.filter((run) => `${run.kind}#${run.runId}` !== sk),
      }),
  ),
];

const digests = ['aaaa', 'bbbb', 'cccc'] as const;

/** Inventories of some runs in any state, with references to any of them. */
export const anyInventory: fc.Arbitrary<Inventory> = fc
  .uniqueArray(
    fc.record({
      daysAgo: fc.integer({ min: 0, max: 500 }),
      digest: fc.constantFrom(...digests),
      kind: fc.constantFrom('run' as const, 'run' as const, 'run' as const, 'batch' as const),
      status: fc.constantFrom('running', 'failed', 'rejected', 'registered', 'deployed', 'scored'),
      approval: fc.constantFrom(
        'Approved' as const,
        'Approved' as const,
        'Rejected' as const,
        'PendingManualApproval' as const,
      ),
      isRegistered: fc.boolean(),
      isRefused: fc.boolean(),
      has: fc.record({
        recorded: fc.boolean(),
        records: fc.boolean(),
        rows: fc.boolean(),
        config: fc.boolean(),
        model: fc.boolean(),
      }),
    }),
    { selector: ({ daysAgo, digest }) => runOf(daysAgo, digest), maxLength: 14 },
  )
  .chain((drawn) => {
    const runs = drawn
      .toSorted((a, b) => b.daysAgo - a.daysAgo)
      .map((run, i) => ({ ...run, runId: runOf(run.daysAgo, run.digest), version: i + 1 }));
    const registered = runs.filter(({ isRegistered, kind }) => isRegistered && kind === 'run');
    const someRun = fc.constantFrom(...(runs.length > 0 ? runs : [{ runId: runOf(1), daysAgo: 1 }]));
    const someServed = fc.subarray(registered);
    const whole = inventoryOf(
      runs.map(({ runId, version, isRegistered, kind, ...rest }) => ({
        ...rest,
        runId,
        kind,
        ...(isRegistered && kind === 'run' ? { version } : {}),
      })),
    );
    const having = (part: keyof (typeof runs)[number]['has']) =>
      new Set(runs.filter(({ has }) => has[part]).map((r) => r.runId));
    const [recorded, records, rows, config, model] = (['recorded', 'records', 'rows', 'config', 'model'] as const).map(
      having,
    );
    return fc
      .record({
        served: someServed,
        isServing: fc.boolean(),
        supersededAfter: fc.integer({ min: 0, max: 100 }),
        underWay: fc.array(
          fc.record({
            runId: someRun.map((r) => r.runId),
            as: fc.constantFrom('training', 'deploying', 'challenging', 'scoring'),
          }),
          { maxLength: 2 },
        ),
        lastGood: fc.option(
          someRun.map((r) => r.runId),
          { nil: undefined },
        ),
        live: fc.array(
          someRun.map((r) => nameOf(r.runId)),
          { maxLength: 2 },
        ),
        challenged: fc.array(
          someRun.map((r) => ({ runId: r.runId, endedAt: ago(Math.max(0, r.daysAgo - 20)) })),
          { maxLength: 1 },
        ),
      })
      .map(({ served, isServing, supersededAfter, underWay, lastGood, live, challenged }): Inventory => {
        const champion = isServing ? served.at(-1) : undefined;
        const former = (isServing ? served.slice(0, -1) : served)
          .map(({ runId, version, daysAgo }) => ({
            runId,
            version,
            supersededAt: ago(Math.max(0, daysAgo - supersededAfter)),
          }))
          .toReversed();
        return {
          ...whole,
          recorded: whole.recorded.filter((r) => recorded?.has(r.runId)),
          records: whole.records.filter((r) => records?.has(r)),
          rows: whole.rows.filter((r) => rows?.has(r)),
          endpointConfigs: whole.endpointConfigs.filter((c) => config?.has(c.runId)),
          models: whole.models.filter((m) => model?.has(m.runId)),
          champion: champion && { runId: champion.runId, version: champion.version },
          former,
          underWay: underWay as Inventory['underWay'],
          lastGood,
          challenged,
          liveConfigs: [...live, ...(champion ? [nameOf(champion.runId)] : [])],
        };
      });
  });
