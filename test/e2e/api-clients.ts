import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Cloud } from 'embedded-cloud';
import { type ApiAnswer, apiAnswerSchema } from '#schemas/events/prediction-api';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What docs/predict-api.md shows in a language. */
export function clientOf(language: 'bash' | 'python' | 'ts'): string {
  const page = readFileSync(join(root, 'docs/predict-api.md'), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/predict-api.md has no ${language}`);
  return block;
}

/** Runs a client as it is written, with the environment that it reads. @returns what it printed */
export async function runClient(
  [program, ...args]: readonly [string, ...string[]],
  { endpoint, region, admin, outputs }: Pick<Cloud, 'endpoint' | 'region' | 'admin' | 'outputs'>,
): Promise<string> {
  const env = {
    ...process.env,
    API_URL: outputs['PredictionApiUrl'] ?? '',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: admin.accessKeyId,
    AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
  };
  return new Promise((resolve, reject) => {
    execFile(program, args, { env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${stderr}${stdout}`)) : resolve(stdout),
    );
  });
}

/** Runs the TypeScript client within the project, whose packages it imports. */
export async function runTypeScript(cloud: Parameters<typeof runClient>[1]): Promise<string> {
  const parent = join(root, '.tidegate');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'client-'));
  try {
    const file = join(folder, 'client.ts');
    writeFileSync(file, clientOf('ts'));
    return await runClient([process.execPath, file], cloud);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks the prediction API about rows of a pipeline, signed. @throws Error for any answer but a 200 */
export function apiClient(
  { region, admin: credentials, outputs }: Pick<Cloud, 'region' | 'admin' | 'outputs'>,
  pipeline: string,
): (rows: readonly object[]) => Promise<ApiAnswer> {
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });
  const api = new URL(`${outputs['PredictionApiUrl']}/pipelines/${pipeline}/predict`);
  return async (rows) => {
    const body = JSON.stringify({ rows });
    const { headers } = await signer.sign({
      ...{ method: 'POST', protocol: api.protocol, hostname: api.hostname, path: api.pathname, body },
      headers: { host: api.host, 'content-type': 'application/json' },
    });
    const answer = await fetch(api, { method: 'POST', headers, body });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
    return apiAnswerSchema.parse(JSON.parse(text));
  };
}
