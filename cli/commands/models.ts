import type { Command } from 'commander';
import { automaticApproval, identityName } from '#domain/registry/decision';
import type { ModelVersion } from '#domain/registry/model-history';
import type { Decision } from '#schemas/records/decision';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { readModelVersions } from '../model-versions.ts';
import { green, print, printJson, red, table, yellow } from '../output.ts';
import { pipelineNames, readProjectPipeline } from '../project.ts';
import { withTarget } from './global.ts';

const day = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

const approvals = {
  Approved: green('approved'),
  Rejected: red('rejected'),
  PendingManualApproval: yellow('waits'),
} as const;

/** Whether and when a version served, or why it did not. */
function service({ served, deployment }: ModelVersion): string {
  const last = served.at(-1);
  if (last) return last.to === null ? green(`since ${day(last.from)}`) : `${day(last.from)} – ${day(last.to)}`;
  if (deployment === 'failed') return red('its deployment failed');
  if (deployment === 'challenging') return yellow('challenges the champion');
  return deployment === 'waiting' || deployment === 'deploying' ? yellow('is being deployed') : 'never';
}

/** The metric of the pipeline's first metric gate, if the pipeline is in this project. */
function gatedMetric(pipeline: string, stage: string): string | undefined {
  if (!pipelineNames().includes(pipeline)) return undefined;
  const gates: readonly object[] = readProjectPipeline(pipeline, stage).evaluation.gates;
  const [metric] = gates.flatMap((gate) => ('metric' in gate ? [String(gate.metric)] : []));
  return metric;
}

/** A person's identity, or `automatic`. */
function whoDecided(decision: Decision | undefined): string {
  if (decision?.reason === automaticApproval) return 'automatic';
  return decision?.by === undefined ? '-' : identityName(decision.by);
}

/** Whether `tidegate rollback` leads to a version: without naming it, or when it is named. */
const goBack = { default: 'next', possible: 'yes', no: '-' } as const;

function row(model: ModelVersion, metric: string | undefined): string[] {
  const [decision] = model.decisions;
  const value = metric === undefined ? undefined : model.metrics[metric];
  return [
    `v${model.version}`,
    model.runId ?? '-',
    value === undefined ? '-' : value.toPrecision(4),
    approvals[model.approval],
    service(model),
    goBack[model.rollBack ?? 'no'],
    decision === undefined ? '-' : `${decision.decision.replace('-', ' ')} ${day(decision.at)}`,
    whoDecided(decision),
    decision?.reason ?? '-',
  ];
}

export function modelsCommand(program: Command): void {
  program
    .command('models')
    .description('list the registered models of a pipeline: which serves, which served, who decided what and why')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--limit <n>', 'maximum number of versions', wholeNumber(1, 1000), 20)
    .action(async (pipeline: string, { limit }: { limit: number }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const models = await readModelVersions(target, pipeline, limit);
        if (models.length === 0) requirePipeline(pipeline);
        if (json) return printJson(models);
        if (models.length === 0) return print(`No model of ${pipeline} was registered yet.`);
        const metric = gatedMetric(pipeline, target.stage);
        print(
          table(
            [
              'MODEL',
              'RUN',
              metric?.toUpperCase() ?? 'METRIC',
              'APPROVAL',
              'IN SERVICE',
              'GO BACK',
              'LAST DECISION',
              'BY',
              'WHY',
            ],
            models.map((model) => row(model, metric)),
          ),
        );
      });
    });
}
