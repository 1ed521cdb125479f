// The embedded cloud's process. `tidegate up` starts it and waits for one message; it ends on SIGTERM (`tidegate down`) or SIGINT.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { startCloud } from 'embedded-cloud';
import { parseFaultFile } from 'embedded-cloud/faults';
import { identifyProcess, makePrivateFolder } from 'embedded-cloud/process';
import { readQuotas } from 'embedded-cloud/sagemaker';
import { removeCloudFile, writeCloudFile, writeEnd } from './cloud-file.ts';
import { createConsolePage, isRawBucket, objectReader, pageParameters } from './console-page/pages.ts';
import type { ExitCode } from './exit-codes.ts';
import { explainFailure } from './explain-error.ts';
import { packageDirectory, packagedSources, templateFile } from './package-service.ts';
import { stateDirectory } from './project.ts';
import { containerRuntimes } from './python/xgboost-runtime.ts';
import { slackApi } from './slack-page/faults.ts';
import { slackPage } from './slack-page/pages.ts';
import { localSigningSecret } from './slack-page/signing-secret.ts';

/** What the daemon tells the process that started it. */
export type DaemonMessage = { readonly up: true } | { readonly failed: string; readonly exitCode: ExitCode };

const [port = '0', stage = 'local', faultFile] = process.argv.slice(2);
// only this user may read what the cloud writes, which includes raw rows
process.umask(0o077);
// a limit on the size of files is an error of the write, not the end of the process
process.on('SIGXFSZ', () => undefined);

/** Tells the starter, if it still waits; the channel is closed then. */
function tell(message: DaemonMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) return resolve();
    process.send(message, () => {
      process.disconnect();
      resolve();
    });
  });
}

/** Writes to cloud.log, which may be on a disk that is full. */
function note(text: string): void {
  try {
    process.stderr.write(`${text}\n`);
  } catch {
    // the starter or the cloud file has the reason too
  }
}

let isUp = false;
/** A cloud that cannot store its state must stop: what it accepted is stored, and it goes on from there at the next start. */
async function fail(cause: unknown): Promise<never> {
  const explained = explainFailure(cause);
  note(`${new Date().toISOString()} ${explained.log}`);
  if (isUp) writeEnd(explained.message);
  await tell({ failed: explained.message, exitCode: explained.exitCode });
  process.exit(1);
}
process.on('uncaughtException', (cause) => void fail(cause));
process.on('unhandledRejection', (cause) => void fail(cause));

makePrivateFolder(stateDirectory());
const instance = randomUUID();
const sources = packagedSources();
const consolePage = createConsolePage();

const cloud = await startCloud({
  templatePath: templateFile,
  packageDir: packageDirectory,
  stateDir: stateDirectory(),
  port: Number(port),
  stackName: `tidegate-${stage}`,
  pages: [slackPage, consolePage.plugin],
  instance,
  parameters: pageParameters,
  hidesKeys: isRawBucket,
  secrets: { SlackTokenSecret: 'xoxb-local', SlackSigningSecret: localSigningSecret(stateDirectory()) },
  sageMaker: {
    containers: containerRuntimes,
    ...readQuotas(process.env['TIDEGATE_SAGEMAKER_QUOTAS'], 'TIDEGATE_SAGEMAKER_QUOTAS'),
  },
  ...(faultFile !== undefined && {
    faults: await parseFaultFile(readFileSync(faultFile, 'utf8'), faultFile, [slackApi]),
  }),
});

const { endpoint, region, admin: credentials } = cloud;
const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
consolePage.connect(cloud.outputs['ArtifactsBucketName'] ?? '', objectReader(s3));

writeCloudFile({
  instance,
  process: identifyProcess(process.pid) ?? { pid: process.pid },
  endpoint: cloud.endpoint,
  region: cloud.region,
  accountId: cloud.accountId,
  stage,
  accessKeyId: cloud.admin.accessKeyId,
  secretAccessKey: cloud.admin.secretAccessKey,
  outputs: { ...cloud.outputs },
  startedAt: new Date().toISOString(),
  ...(sources && { sources }),
});
isUp = true;
await tell({ up: true });

let closing = false;
async function shutDown(): Promise<void> {
  if (closing) return;
  closing = true;
  removeCloudFile();
  await cloud.close();
  process.exit(0);
}
process.on('SIGTERM', () => void shutDown());
process.on('SIGINT', () => void shutDown());
