import { rollBackOrder } from '#domain/registry/roll-back-target';
import type { Decision } from '#schemas/records/decision';
import type { DeploymentClaim } from '#schemas/records/deployment';
import type { Champion } from '#schemas/records/run';

/** A model package as the registry has it. */
export interface RegisteredVersion {
  readonly version: number;
  readonly runId?: string;
  /** ISO 8601. */
  readonly registeredAt: string;
  readonly approval: 'Approved' | 'Rejected' | 'PendingManualApproval';
  /** Point estimates on the holdout by metric name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A period in which a version was in service. `to` is null while it still is. */
export interface Served {
  readonly from: string;
  readonly to: string | null;
}

/** A model version with all that was decided about it. */
export interface ModelVersion extends RegisteredVersion {
  readonly live: boolean;
  /** Oldest first. */
  readonly served: readonly Served[];
  /** The status of its last deployment; undefined if there was none. */
  readonly deployment?: DeploymentClaim['status'];
  /** Newest first. */
  readonly decisions: readonly Decision[];
  /** Whether a person can go back to it: `default` is where a roll-back without a version leads. Absent where it cannot be. */
  readonly rollBack?: 'default' | 'possible';
}

/** A former champion, with the time at which the next one replaced it. */
export type FormerChampion = Champion & { readonly supersededAt: string };

/**
 * Combines the registry with the pipeline's records: which version serves, which served and when, and who decided what.
 *
 * @param records.claims the last deployment of each version
 * @param records.retired whether the pipeline is retired: then nothing is deployed
 * @returns newest version first
 */
export function modelHistory(
  registered: readonly RegisteredVersion[],
  records: {
    readonly champion: Champion | undefined;
    readonly former: readonly FormerChampion[];
    readonly decisions: readonly Decision[];
    readonly claims: ReadonlyMap<number, Pick<DeploymentClaim, 'status'>>;
    readonly retired?: boolean;
  },
): ModelVersion[] {
  const { champion, former, decisions, claims, retired = false } = records;
  const approved = new Set(registered.filter((r) => r.approval === 'Approved').map((r) => r.version));
  const newestFirst = former.toSorted((a, b) => b.promotedAt.localeCompare(a.promotedAt));
  const next = rollBackOrder(newestFirst, champion).find((f) => approved.has(f.modelPackageVersion));
  return registered
    .toSorted((a, b) => b.version - a.version)
    .map((model) => {
      const live = champion?.modelPackageVersion === model.version;
      const served: Served[] = former
        .filter((f) => f.modelPackageVersion === model.version)
        .map(({ promotedAt, supersededAt }) => ({ from: promotedAt, to: supersededAt }));
      if (live) served.push({ from: champion.promotedAt, to: null });
      const rollsBack = !retired && !live && approved.has(model.version) && (champion ?? former[0]) !== undefined;
      const rollBack = model.version === next?.modelPackageVersion ? 'default' : 'possible';
      const deployment = claims.get(model.version)?.status;
      return {
        ...model,
        live,
        served: served.toSorted((a, b) => a.from.localeCompare(b.from)),
        ...(deployment === undefined ? {} : { deployment }),
        ...(rollsBack ? { rollBack } : {}),
        decisions: decisions.filter((d) => d.version === model.version).toSorted((a, b) => b.at.localeCompare(a.at)),
      };
    });
}
