// The embedded cloud's process. `tidegate up` starts it; it ends on SIGTERM (`tidegate down`) or SIGINT.
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { startCloud } from 'embedded-cloud';
import { parseFaultFile } from 'embedded-cloud/faults';
import { identifyProcess, makePrivateFolder } from 'embedded-cloud/process';
import { readQuotas } from 'embedded-cloud/sagemaker';
import { createConsolePage, isRawBucket, objectReader, pageParameters } from './console-page/pages.ts';
import { packageDirectory, templateFile } from './package-service.ts';
import { stateDirectory } from './project.ts';
import { containerRuntimes } from './python/xgboost-runtime.ts';
import { slackApi } from './slack-page/faults.ts';
import { slackPage } from './slack-page/pages.ts';
import { type CloudFile, cloudFile } from './target.ts';

const [port = '0', stage = 'local', faultFile] = process.argv.slice(2);
// only this user may read what the cloud writes, which includes raw rows
process.umask(0o077);
makePrivateFolder(stateDirectory());
const instance = randomUUID();
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
  secrets: { SlackTokenSecret: 'xoxb-local' },
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

const record: CloudFile = {
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
};
const partial = `${cloudFile()}.${process.pid}`;
writeFileSync(partial, JSON.stringify(record, null, 2), { mode: 0o600 });
renameSync(partial, cloudFile());

let closing = false;
async function shutDown(): Promise<void> {
  if (closing) return;
  closing = true;
  rmSync(cloudFile(), { force: true });
  await cloud.close();
  process.exit(0);
}
process.on('SIGTERM', () => void shutDown());
process.on('SIGINT', () => void shutDown());
