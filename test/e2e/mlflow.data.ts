import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { writeLoanBook } from '#examples/loans/generate';
import { evaluationSchema } from '#schemas/records/evaluation';
import { trainingRecordSchema } from '#schemas/records/run';
import { type RunRecord, watchDeployment } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import { type MlflowServer, mlflowProblem, startMlflow } from '../support/mlflow.ts';
import { createFastClock } from './fast-clock.ts';
import { writeQuickPipeline } from './fast-project.ts';
import { startProject, type UpProject } from './project.ts';

const token = 'a-token-of-the-tests';
const clock = createFastClock();
const pipeline = 'loans-tracked';
let server: MlflowServer;
let project: UpProject;
let folder: string;

/** What MLflow's own client says of the experiment and of the registered model. */
const program = `
import json, mlflow
from mlflow import MlflowClient
client = MlflowClient()
experiment = client.get_experiment_by_name("Loans")
model = "tidegate-local-${pipeline}"
def shown(run):
    own = run.info.run_id
    return {
        "name": run.info.run_name, "status": run.info.status, "params": run.data.params, "metrics": run.data.metrics,
        "tags": run.data.tags, "start": run.info.start_time, "end": run.info.end_time,
        "artifacts": {file.path: file.file_size for file in client.list_artifacts(own)},
        "auc": [[point.step, point.value] for point in client.get_metric_history(own, "auc")],
        "evaluation": mlflow.artifacts.load_dict(f"runs:/{own}/evaluation.json")["n"] if any(f.path == "evaluation.json" for f in client.list_artifacts(own)) else None,
        "versions": [[v.name, v.version, v.source, v.tags] for v in client.search_model_versions(f"run_id = '{own}'")],
    }
runs = [shown(run) for run in client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])] if experiment else []
aliases = {}
for alias in ("champion", "challenger"):
    try:
        aliases[alias] = client.get_model_version_by_alias(model, alias).tags["tidegate.run_id"]
    except mlflow.MlflowException:
        aliases[alias] = None
print(json.dumps({"runs": runs, "aliases": aliases}))
`;
interface Seen {
  readonly runs: readonly {
    readonly name: string;
    readonly status: string;
    readonly params: Record<string, string>;
    readonly metrics: Record<string, number>;
    readonly tags: Record<string, string>;
    readonly start: number;
    readonly end: number;
    readonly artifacts: Record<string, number>;
    readonly auc: readonly (readonly [step: number, value: number])[];
    readonly evaluation: number | null;
    readonly versions: readonly (readonly [string, string, string, Record<string, string>])[];
  }[];
  readonly aliases: { readonly champion: string | null; readonly challenger: string | null };
}
const seen = async (): Promise<Seen> => (await server.ask(program)) as Seen;
const seenRun = async (runId: string) => (await seen()).runs.find(({ name }) => name === runId);

const tracking = () => project.target.outputs.RetrainStateMachineArn.replace(/-retrain$/, '-track-run');
const executions = async (status: 'RUNNING' | 'SUCCEEDED' | 'FAILED') => {
  const asked = new ListExecutionsCommand({ stateMachineArn: tracking(), statusFilter: status });
  return (await project.target.sfn.send(asked)).executions ?? [];
};
/** Until everything that has ended is logged. */
const settled = () =>
  vi.waitFor(async () => expect(await executions('RUNNING')).toEqual([]), { timeout: 240_000, interval: 300 });

async function drop(seed: number, damage?: 'column'): Promise<RunRecord> {
  const { files } = await writeLoanBook(join(folder, String(seed)), 2000, { seed, ...(damage && { damage }) }, 1);
  const { run } = await project.drop(pipeline, files, `book-${seed}`);
  if (run === undefined) throw new Error('no run was recorded');
  return run;
}

describe.skipIf(mlflowProblem !== undefined)(
  `an MLflow server from PyPI${mlflowProblem === undefined ? '' : ` (skipped: ${mlflowProblem})`}`,
  () => {
    let first: RunRecord;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'tidegate-tracked-'));
      server = await startMlflow(token);
      const settings = { tracking: { mlflow: { uri: server.uri, experiment: 'Loans' } } };
      project = await startProject([writeQuickPipeline(folder, pipeline, settings)], { clock });
      const { cloud } = project;
      const secrets = new SecretsManagerClient({ ...cloud, credentials: cloud.admin });
      const secret = { SecretId: 'tidegate/local/mlflow', SecretString: JSON.stringify({ token }) };
      await secrets.send(new PutSecretValueCommand(secret));
    });
    afterAll(async () => {
      await project?.close();
      await server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('that is down fails no run, and has the run once it is up', async () => {
      server.shut(true);
      first = await drop(1);
      expect(first.status).toBe('registered');
      await vi.waitFor(() => expect(server.refused.down).toBeGreaterThan(0), { timeout: 60_000 });
      expect((await seen()).runs).toEqual([]);

      server.shut(false);
      clock.run(10);
      await settled();
      clock.run(1);
      expect((await seen()).runs.map(({ name }) => name)).toEqual([first.runId]);
      expect(server.refused.unauthorized).toBe(0);
    });

    it('has the parameters, metrics with intervals, lineage and artifacts of the run', async () => {
      const keys = artifactKeys(first);
      const evaluation = await project.readArtifact(keys.evaluation, evaluationSchema);
      const { hyperparameters } = await project.readArtifact(keys.training, trainingRecordSchema);
      const run = await seenRun(first.runId);

      expect(run).toMatchObject({
        status: 'FINISHED',
        start: Date.parse(first.startedAt),
        params: { ...hyperparameters, algorithm: 'xgboost', task: 'binary' },
        metrics: Object.fromEntries(
          Object.entries(evaluation.metrics).flatMap(([name, { value, low }]) => [
            [name, expect.closeTo(value, 9)],
            [`${name}.low`, expect.closeTo(low, 9)],
          ]),
        ),
        tags: {
          'tidegate.run_id': first.runId,
          'tidegate.dataset_version': first.datasetVersion,
          'tidegate.verdict': 'passed',
          'tidegate.model_package': first.modelPackageArn,
          'mlflow.source.git.commit': expect.any(String),
        },
        evaluation: evaluation.n,
      });
      expect(run?.end).toBeGreaterThan(run?.start ?? 0);
      expect(Object.keys(run?.artifacts ?? {}).toSorted()).toEqual([
        'evaluation.json',
        'report.html',
        'training.json',
        'verdict.json',
      ]);
      expect(run?.artifacts['report.html']).toBeGreaterThan(20_000);
      expect(run?.auc).toEqual([[0, expect.closeTo(evaluation.metrics['auc']?.value ?? 0, 9)]]);
    });

    it('has its model as a version that waits, with the place of the model', async () => {
      const { aliases } = await seen();
      expect(aliases).toEqual({ champion: null, challenger: first.runId });
      const model = `s3://${project.target.outputs.ArtifactsBucketName}/${artifactKeys(first).modelOutput}/`;
      const [version, ...others] = (await seenRun(first.runId))?.versions ?? [];
      expect(others).toEqual([]);
      expect(version?.slice(0, 3)).toEqual([`tidegate-local-${pipeline}`, '1', expect.stringMatching(`^${model}`)]);
      expect(version?.[3]).toMatchObject({ 'tidegate.model_package': first.modelPackageArn });
    });

    it('moves the alias champion when a model is promoted, and challenger to the next that waits', async () => {
      const since = clock.now();
      const ModelPackageArn = first.modelPackageArn ?? '';
      await project.target.sageMaker.send(
        new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }),
      );
      const otherwise = 'no deployment';
      const ended = await watchDeployment(project.target, ModelPackageArn, since, { otherwise, silent: true });
      expect(ended.status).toBe('SUCCEEDED');
      await vi.waitFor(
        async () => expect((await seen()).aliases).toEqual({ champion: first.runId, challenger: null }),
        { timeout: 120_000, interval: 1000 },
      );

      const second = await drop(2);
      expect(second.status).toBe('registered');
      await vi.waitFor(
        async () => expect((await seen()).aliases).toEqual({ champion: first.runId, challenger: second.runId }),
        { timeout: 120_000, interval: 1000 },
      );
      expect((await seenRun(second.runId))?.metrics).toHaveProperty(['minus_champion.auc']);
    });

    it('has a failed run with its reason, and none of its files', async () => {
      const failed = await drop(3, 'column');
      await vi.waitFor(async () => expect(await seenRun(failed.runId)).toBeDefined(), {
        timeout: 120_000,
        interval: 1000,
      });
      expect(await seenRun(failed.runId)).toMatchObject({
        status: 'FAILED',
        artifacts: {},
        tags: { 'tidegate.failure': expect.stringContaining(failed.failure?.error ?? 'no error') },
        versions: [],
      });
    });

    it('is told everything once, however often the same events come', async () => {
      const before = await seen();
      const { sfn } = project.target;
      for (const { executionArn } of await executions('SUCCEEDED')) {
        const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        const again = await sfn.send(new StartExecutionCommand({ stateMachineArn: tracking(), input }));
        expect(await watchExecution(sfn, again.executionArn ?? '', { silent: true })).toMatchObject({
          status: 'SUCCEEDED',
          output: { tracked: true },
        });
      }
      expect(await seen()).toEqual(before);
      expect(await executions('FAILED')).toEqual([]);
    });
  },
);
