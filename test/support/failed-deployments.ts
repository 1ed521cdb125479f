import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FailurePoint, openStackBench, type StackBench } from 'embedded-cloud/testing/stacks';
import type { PackagedProject } from './package-project.ts';

/** A creation that is made to fail at one resource. */
export interface FailedCreation {
  readonly logicalId: string;
  readonly point: FailurePoint;
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * Has a first deployment fail at one resource, deletes the stack, deploys again and cleans up as docs/deploy.md says.
 *
 * @returns what differs from CloudFormation's rules or from a deployment that succeeds; empty when all is well
 */
async function problemsOf(
  bench: StackBench,
  { template }: PackagedProject,
  { logicalId, point }: FailedCreation,
): Promise<string[]> {
  const problems: string[] = [];
  const check = (holds: boolean, what: string) => {
    if (!holds) problems.push(`${logicalId} (${point}): ${what}`);
  };

  bench.fail(logicalId, point);
  const failure = await bench.deploy(template).then(() => 'the deployment succeeded', messageOf);
  bench.fail(undefined);
  check(failure.includes('made to fail'), failure);
  check(bench.status() === 'ROLLBACK_COMPLETE', `status ${bench.status()}`);
  const blocked = await bench.deploy(template).then(() => 'the stack was updated', messageOf);
  check(blocked.endsWith('is in ROLLBACK_COMPLETE state and can not be updated.'), blocked);
  const orphans = await bench.remove();
  check(orphans.length === 0, `kept ${orphans.join(', ')}`);

  try {
    const stack = await bench.deploy(template);
    check(Object.keys(stack.resources).length === Object.keys(template.Resources).length, 'resources are missing');
    for (const kept of await bench.remove()) {
      const resource = stack.resources[kept];
      if (resource) await bench.deleteByHand(resource);
    }
  } catch (cause) {
    check(false, `the next deployment failed: ${messageOf(cause)}`);
  }
  return problems;
}

/** State grows with every stack: deleted keys stay until their waiting time is over. */
const STACKS_PER_CLOUD = 40;

/** Does this for each of several failures. @returns the problems of all */
export async function tryFailedCreations(
  project: PackagedProject,
  failures: readonly FailedCreation[],
): Promise<string[]> {
  const problems: string[] = [];
  for (let from = 0; from < failures.length; from += STACKS_PER_CLOUD) {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-deployments-'));
    const bench = await openStackBench(folder, project.folder, 'tidegate-dev');
    try {
      for (const failure of failures.slice(from, from + STACKS_PER_CLOUD))
        problems.push(...(await problemsOf(bench, project, failure)));
    } finally {
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return problems;
}
