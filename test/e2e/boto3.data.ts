import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointName, modelPackageGroupName } from '#domain/naming';
import { writeLoanBook } from '#examples/loans/generate';
import { apiAnswerSchema } from '#schemas/events/prediction-api';
import { environmentLines } from '../../cli/commands/cloud.ts';
import { watchDeployment } from '../../cli/runs.ts';
import { clientOf, runClient } from './api-clients.ts';
import { startProject, type UpProject } from './project.ts';

const venv = fileURLToPath(new URL('../../.tidegate/python/boto3', import.meta.url));
const python = join(venv, 'bin', 'python');

/** boto3 in a virtual environment of its own; false where PyPI is out of reach. */
function haveBoto3(): boolean {
  try {
    if (!existsSync(join(venv, 'ready'))) {
      execFileSync('python3', ['-m', 'venv', venv], { stdio: 'pipe' });
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'boto3'], {
        stdio: 'pipe',
      });
      execFileSync('touch', [join(venv, 'ready')]);
    }
    return true;
  } catch {
    process.stderr.write('boto3 cannot be had here: its tests are left out\n');
    return false;
  }
}

const script = `
import boto3, json, sys
machine, group, endpoint = sys.argv[1:]
states, sm = boto3.client("stepfunctions"), boto3.client("sagemaker")
run = states.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"][0]
history = states.get_execution_history(executionArn=run["executionArn"])["events"]
package = sm.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"][0]
row = sm.describe_model_package(ModelPackageName=package["ModelPackageArn"])["CustomerMetadataProperties"]
artifacts = [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"] if "-artifacts-" in b["Name"]][0]
key = row["config_uri"].split(artifacts + "/")[1].replace("config.json", "golden.json")
golden = json.loads(boto3.client("s3").get_object(Bucket=artifacts, Key=key)["Body"].read())["cases"][0]
answer = boto3.client("sagemaker-runtime").invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=golden["body"])
print(json.dumps({
  "caller": boto3.client("sts").get_caller_identity()["Arn"],
  "buckets": [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]],
  "first": history[0]["type"], "last": history[-1]["type"],
  "version": package["ModelPackageVersion"],
  "answer": float(answer["Body"].read()), "golden": golden["predictions"][0],
}))
`;

describe.skipIf(!haveBoto3())('boto3, pointed at the embedded cloud by `tidegate env`', () => {
  let project: UpProject;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-boto3-'));
    project = await startProject();
    const { files } = await writeLoanBook(folder, 20_000, { seed: 3 });
    const since = Date.now();
    const { run } = await project.drop('loan-default', files, 'd1');
    if (!run?.modelPackageArn) throw new Error('nothing was registered');
    const { target } = project;
    const deployment = { otherwise: 'no deployment', silent: true };
    expect(await watchDeployment(target, run.modelPackageArn, since, deployment)).toMatchObject({
      status: 'SUCCEEDED',
    });
  });
  afterAll(async () => {
    await project?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists the buckets, reads the execution history and the model package group, and invokes the endpoint', async () => {
    const { cloud, target } = project;
    const lines = environmentLines({ endpoint: cloud.endpoint, region: cloud.region, ...cloud.admin });
    const command = [...lines, `exec '${python}' -c "$SCRIPT" "$@"`].join('\n');
    const group = modelPackageGroupName('local', 'loan-default');
    const output = await new Promise<string>((resolve, reject) => {
      const args = [
        '-c',
        command,
        'bash',
        target.outputs.RetrainStateMachineArn,
        group,
        endpointName('local', 'loan-default'),
      ];
      execFile('bash', args, { env: { ...process.env, SCRIPT: script } }, (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(stdout),
      );
    });
    const seen = JSON.parse(output) as Record<string, unknown>;

    expect(seen).toMatchObject({
      first: 'ExecutionStarted',
      last: 'ExecutionSucceeded',
      version: 1,
      caller: expect.stringContaining(':user/admin'),
    });
    expect(seen['buckets']).toEqual(
      expect.arrayContaining([
        target.outputs.RawBucketName,
        target.outputs.CleanBucketName,
        target.outputs.ArtifactsBucketName,
      ]),
    );
    expect(seen['answer']).toBeCloseTo(Number(seen['golden']), 6);
  });

  it('signs requests to the prediction API, as docs/predict-api.md shows', async () => {
    const text = await runClient([python, '-c', clientOf('python')], project.cloud);
    expect(apiAnswerSchema.parse(JSON.parse(text)).predictions).toHaveLength(1);
  });
});
