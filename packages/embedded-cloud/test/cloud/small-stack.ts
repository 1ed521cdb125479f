import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { strToU8, zipSync } from 'fflate';
import type { ServiceFactory } from '#src/cloud/service';
import type { ServiceName } from '#src/host/registry';
import { type Cloud, type StartOptions, startCloud } from '#src/host/start';
import { containers } from '../sagemaker/container/runtimes.ts';

/** Everything of the core, nothing of the services that others bring. */
export const CORE: readonly ServiceName[] = [
  'iam',
  'sts',
  'kms',
  'secretsmanager',
  'logs',
  'cloudformation',
  'dynamodb',
  'lambda',
];

type Json = Record<string, unknown>;

export const trusts = (service: string): Json => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});

/** A role for functions with one inline policy. */
export const role = (statements: readonly Json[], service = 'lambda.amazonaws.com'): Json => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: trusts(service),
    Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});

/** A function whose zip is `<name>.zip`. */
export const lambdaFunction = (name: string, properties: Json = {}): Json => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['FunctionRole', 'Arn'] },
    Code: { S3Bucket: 'deployments', S3Key: `serverless/shop/${name}.zip` },
    ...properties,
  },
});

/** A folder for one test file: state, package, template. */
export interface Workshop {
  readonly dir: string;
  readonly stateDir: string;
  /** Packs files as the zip of a function. */
  pack(name: string, files: Readonly<Record<string, string>>): void;
  /** Brings resources up; by default with the core services alone. */
  start(resources: Json, options?: Partial<StartOptions> & { template?: Json }): Promise<Cloud>;
  remove(): void;
}

export function openWorkshop(): Workshop {
  const dir = mkdtempSync(join(tmpdir(), 'cloud-core-'));
  const packageDir = join(dir, 'package');
  const stateDir = join(dir, 'state');
  mkdirSync(packageDir);
  return {
    dir,
    stateDir,
    pack(name, files) {
      const entries = Object.entries(files).map(([path, text]) => [path, strToU8(text)] as const);
      // The same files are the same zip, whenever they are packed.
      const zip = zipSync(Object.fromEntries(entries), { mtime: '2026-01-01T00:00:00' });
      writeFileSync(join(packageDir, `${name}.zip`), zip);
    },
    start(resources, { template = {}, ...options } = {}) {
      const templatePath = join(dir, 'template.json');
      writeFileSync(templatePath, JSON.stringify({ Resources: resources, ...template }));
      return startCloud({
        templatePath,
        packageDir,
        stateDir,
        stackName: 'test-stack',
        services: CORE,
        sageMaker: { containers },
        ...options,
      });
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** What an SDK client of the administrator takes. */
export const asAdmin = (cloud: Cloud) => ({
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: cloud.admin,
  maxAttempts: 1,
});

export interface RawRequest {
  readonly service: string;
  readonly target?: string;
  readonly body?: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly region?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly signingDate?: Date;
}

export interface SignedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Signs a request with the AWS SDK's own signer, to be sent unchanged or tampered with first. */
export async function sign(
  cloud: Pick<Cloud, 'endpoint' | 'region' | 'admin'>,
  raw: RawRequest,
): Promise<SignedRequest> {
  const { host, port } = new URL(cloud.endpoint);
  const signer = new SignatureV4({
    service: raw.service,
    region: raw.region ?? cloud.region,
    credentials: raw.credentials ?? cloud.admin,
    sha256: Sha256,
    uriEscapePath: raw.service !== 's3',
  });
  const { path = '/', method = 'POST', body = '', query = {} } = raw;
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: Number(port),
      path,
      query,
      body,
      headers: {
        host,
        ...(raw.target && { 'x-amz-target': raw.target, 'content-type': 'application/x-amz-json-1.1' }),
        ...raw.headers,
      },
    },
    { ...(raw.signingDate && { signingDate: raw.signingDate }) },
  );
  const search = new URLSearchParams(query).toString().replace(/\+/g, '%20');
  return { url: `${cloud.endpoint}${path}${search && `?${search}`}`, method, headers: signed.headers, body };
}

/** Sends a signed request. */
export const send = ({ url, method, headers, body }: SignedRequest): Promise<Response> => {
  const { host: _, ...rest } = headers;
  return fetch(url, { method, headers: rest, ...(body !== '' && { body }) });
};

/** A service that answers every operation and remembers what came. */
export function echoService(
  signingName: string,
  authorize: (path: string) => { action: string; resource: string }[],
): { factory: ServiceFactory; seen: { path: string; body: string }[] } {
  const seen: { path: string; body: string }[] = [];
  return {
    seen,
    factory: () => ({
      signingNames: [signingName],
      async prepare(request) {
        return {
          operation: 'Echo',
          authorize: authorize(request.path),
          input: { path: request.path },
          async execute() {
            let body = '';
            for await (const chunk of request.body) body += String(chunk);
            seen.push({ path: request.path, body });
            return { status: 200, headers: { 'content-type': 'text/plain' }, body: `echo ${request.path}` };
          },
        };
      },
      formatError: (error) => ({
        status: error.status,
        headers: { 'content-type': 'application/xml' },
        body: `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`,
      }),
    }),
  };
}
