import { unreachable } from '#domain/unreachable';
import type { CostKind } from '#schemas/records/costs';

/** What a kind of cost is, for people. */
export const kindNames: Readonly<Record<CostKind, string>> = {
  training: 'training',
  scoring: 'scoring the holdout',
  functions: 'functions',
  states: 'state machines',
  endpoint: 'the endpoint',
};

/** What makes a kind of cost smaller, as the settings to change. */
export function savingOf(kind: CostKind): string {
  switch (kind) {
    case 'endpoint':
      return 'a smaller deployment.instances.type; where requests are rare, deployment.serverless, or deployment.asynchronous with scaling.min: 0';
    case 'training':
      return 'training.instances.spot: true, a smaller training.instances.type, or fewer training.tuning.maxJobs';
    case 'scoring':
      return 'a smaller training.instances.type: the holdout is scored on the same';
    case 'functions':
    case 'states':
      return 'fewer and larger files in a drop: each shard takes three functions and nine states';
    default:
      return unreachable(kind, 'kind of cost');
  }
}

/** The kind that costs most, with its dollars; undefined where nothing was spent. */
export function dearestKind(
  byKind: Readonly<Partial<Record<CostKind, number>>>,
): { readonly kind: CostKind; readonly usd: number } | undefined {
  const [first] = Object.entries(byKind)
    .filter(([, usd]) => usd > 0)
    .toSorted(([, a], [, b]) => b - a);
  return first && { kind: first[0] as CostKind, usd: first[1] };
}
