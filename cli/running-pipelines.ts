import { requirePipeline } from './arguments.ts';
import { CliError, note } from './output.ts';
import { pipelineHash, pipelineNames } from './project.ts';
import type { Target } from './target.ts';

/** How a pipeline on disk relates to the one that the embedded cloud runs. */
export type PipelineState = 'same' | 'edited' | 'not running' | 'gone from disk';

/** @returns undefined when it is unknown: on AWS, and where neither has the pipeline */
export function pipelineState({ cloud }: Pick<Target, 'cloud'>, name: string): PipelineState | undefined {
  const running = cloud?.sources?.pipelines;
  if (running === undefined) return undefined;
  const isOnDisk = pipelineNames().includes(name);
  const runs = Object.hasOwn(running, name);
  if (!runs) return isOnDisk ? 'not running' : undefined;
  if (!isOnDisk) return 'gone from disk';
  return running[name] === pipelineHash(name) ? 'same' : 'edited';
}

/** The pipelines that differ between disk and the embedded cloud, each with how: `loan-default (edited)`. */
export function differingPipelines(target: Pick<Target, 'cloud'>): string[] {
  const names = new Set([...pipelineNames(), ...Object.keys(target.cloud?.sources?.pipelines ?? {})]);
  return [...names].toSorted().flatMap((name) => {
    const state = pipelineState(target, name);
    return state === undefined || state === 'same' ? [] : `${name} (${state})`;
  });
}

/**
 * Checks that a command can act on a pipeline.
 * @throws CliError when there is no such pipeline, or the embedded cloud does not run it yet or any more
 */
export function requireRunning(target: Pick<Target, 'cloud'>, name: string): void {
  const state = pipelineState(target, name);
  switch (state) {
    case 'not running':
      throw new CliError(
        `The embedded cloud does not run ${name} yet: pipelines/${name}.yml is new. Run "npx tidegate up": it updates the cloud in seconds.`,
      );
    case 'gone from disk':
      throw new CliError(
        `pipelines/${name}.yml is gone, but the embedded cloud still runs ${name}. Restore the file, or run "npx tidegate up" to remove the pipeline from the cloud.`,
      );
    case 'same':
    case 'edited':
    case undefined:
      requirePipeline(name);
      return;
    default:
      state satisfies never;
  }
}

/** Remarks when a run would use another version of the pipeline than the one on disk. */
export function warnOfEdits(target: Pick<Target, 'cloud'>, name: string): void {
  if (pipelineState(target, name) !== 'edited') return;
  note(
    `pipelines/${name}.yml was edited since the embedded cloud took it over: the run uses the version before. Run "npx tidegate up" first to use the edited one.`,
  );
}
