import { pipelineOfGroup } from '#domain/naming';
import type { RunPointer } from '#domain/runs/layout';
import type { Decision } from '#schemas/records/decision';

/** A version of a pipeline's registry group. */
export interface PackageTarget {
  readonly pipeline: string;
  readonly version: number;
}

/**
 * The pipeline and version in a model package's ARN (`…:model-package/<group>/<version>`), or undefined when it belongs to
 * another stage or to a foreign group.
 */
export function locatePackage(stage: string, modelPackageArn: string): PackageTarget | undefined {
  const [, group, version] = /:model-package\/([^/]+)\/([1-9]\d*)$/.exec(modelPackageArn) ?? [];
  if (group === undefined || version === undefined) return undefined;
  const pipeline = pipelineOfGroup(stage, group);
  return pipeline ? { pipeline, version: Number(version) } : undefined;
}

/** The run of an endpoint config, a champion's or a challenger's, or undefined when it was created by hand. */
export function runOfConfig(stage: string, pipeline: string, endpointConfigName: string): RunPointer | undefined {
  const rest = pipelineOfGroup(stage, endpointConfigName);
  if (!rest?.startsWith(`${pipeline}-`)) return undefined;
  const runId = rest.slice(pipeline.length + 1).replace(/-c$/, '');
  return /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(runId) ? { pipeline, runId } : undefined;
}

/** Sort keys of the state table that deployments use; the partition is the pipeline. */
export const deploymentKeys = {
  /** Versions are padded so that they sort as numbers. */
  claim: (version: number): string => `deployment#${String(version).padStart(6, '0')}`,
  lock: 'deployment-lock',
  champion: 'champion',
  /** The challenge under way, and what it has seen so far. */
  challenge: 'challenge',
  challengeTotals: 'challenge-totals',
  /** All challenges that have ended start with this, then with the version. */
  anyPastChallenge: 'challenge#',
  pastChallenges: (version: number): string => `challenge#${String(version).padStart(6, '0')}#`,
  pastChallenge: (version: number, id: string): string => `${deploymentKeys.pastChallenges(version)}${id}`,
  formerChampion: (promotedAt: string): string => `champion-history#${promotedAt}`,
  run: (runId: string): string => `run#${runId}`,
  /** All decisions on a version start with this. */
  decisions: (version: number): string => `decision#${String(version).padStart(6, '0')}#`,
  /** One second may hold two decisions, so the kind is a part of the key. */
  decision: ({ version, at, decision }: Pick<Decision, 'version' | 'at' | 'decision'>): string =>
    `${deploymentKeys.decisions(version)}${at}#${decision}`,
  /** Present while the pipeline is retired. */
  retired: 'retired',
  /** The history of retirements, and of those that were taken back. */
  retirement: (at: string): string => `retirement#${at}`,
} as const;
