import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stageNamePattern } from '../domain/naming.ts';
import { parseCosts } from '../schemas/load-costs.ts';
import { parsePipeline } from '../schemas/load-pipeline.ts';
import type { Pipeline } from '../schemas/pipeline.ts';
import { alarms } from './alarms.ts';
import { type ApiLimits, api } from './api.ts';
import type { Resource, Value } from './cloudformation.ts';
import { dashboard } from './dashboard.ts';
import { events, watchesCaptures } from './events.ts';
import { artifactRules, cleanRules, rawRules } from './expiry.ts';
import { functionNames, functionRoles } from './function-roles.ts';
import { keysAndPolicies } from './keys.ts';
import { logGroups } from './logs.ts';
import { machineNames, machineRoles, sageMakerRoles } from './machine-roles.ts';
import { registryMappings } from './training-images.ts';

/** Every pipeline of the project with its settings for a stage. One that is invalid for any stage stops packaging here. */
function readPipelines(root: string, stage: string): Pipeline[] {
  const folder = join(root, 'pipelines');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .toSorted()
    .map((file) => {
      const pipeline = parsePipeline(readFileSync(join(folder, file), 'utf8'), `pipelines/${file}`, { stage });
      if (`${pipeline.name}.yml` !== file) {
        throw new Error(`pipelines/${file}: name is "${pipeline.name}"; the file must be named ${pipeline.name}.yml`);
      }
      return pipeline;
    });
}

/**
 * The part of the stack that is computed: keys, roles, rules, schedules, log groups, the API, alarms and the dashboard.
 *
 * @throws Error when the stage's name is too long for SageMaker's 63-character names, or a pipeline does not validate.
 */
export function buildStack(
  root: string,
  stage: string,
  retentionInDays: number,
  apiLimits: ApiLimits,
): { Mappings: Record<string, Value>; Resources: Record<string, Resource> } {
  if (!stageNamePattern.test(stage)) {
    throw new Error(
      `Stage "${stage}": use at most 7 lower-case letters and digits, a letter first (names in SageMaker end at 63 characters).`,
    );
  }
  const pipelines = readPipelines(root, stage);
  const functions = functionNames(stage);
  const machines = machineNames(stage);
  return {
    Mappings: registryMappings(),
    Resources: {
      ...keysAndPolicies(stage),
      ...functionRoles(stage),
      ...machineRoles(stage),
      ...sageMakerRoles(stage),
      ...events(stage, pipelines),
      ...logGroups(stage, functions, machines, retentionInDays),
      ...api(stage, apiLimits),
      ...alarms(stage, functions, machines),
      ...dashboard(
        stage,
        functions,
        machines,
        pipelines.map(({ name }) => name),
      ),
    },
  };
}

/** The lifecycle rules of the buckets, for the pipelines of a stage. */
export function buildBucketRules(root: string, stage: string): Record<'raw' | 'clean' | 'artifacts', Value[]> {
  const pipelines = readPipelines(root, stage);
  return { raw: rawRules(pipelines), clean: cleanRules(pipelines), artifacts: artifactRules(pipelines) };
}

/** `costs.yml` for a stage, as JSON; without the file, list prices and no budget. @throws PipelineConfigError when it is wrong */
export function buildCosts(root: string, stage: string): string {
  const file = join(root, 'costs.yml');
  return JSON.stringify(existsSync(file) ? parseCosts(readFileSync(file, 'utf8'), 'costs.yml', stage) : {});
}

/** What the clean bucket tells EventBridge: of captures, where a pipeline checks as they arrive. Such events are billed. */
export const buildCleanNotifications = (root: string, stage: string): Value =>
  readPipelines(root, stage).some(watchesCaptures) ? { EventBridgeConfiguration: { EventBridgeEnabled: true } } : {};

/** The packaged git commit, for the lineage of every model; `unknown` outside a git checkout. */
export function gitCommit(root: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
