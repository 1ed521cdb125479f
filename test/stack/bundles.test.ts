import { builtinModules, createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Resource } from '../../resources/cloudformation.ts';
import { functionNames, functionRoles, kebab } from '../../resources/function-roles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const { bundleOptions } = require('../../plugins/bundle-options.cjs') as {
  bundleOptions(serviceDir: string, sources: readonly string[]): BuildOptions;
};

const names = functionNames('dev');
const roles = functionRoles('dev');
const source = (name: string): string => `functions/${kebab(name)}`;
let metafile: Metafile;
beforeAll(async () => {
  ({ metafile } = (await build(bundleOptions(root, names.map(source)))) as { metafile: Metafile });
}, 60_000);

const bundleOf = (name: string) => {
  const output = metafile.outputs[`.serverless/${source(name)}.cjs`];
  if (!output) throw new Error(`no bundle of ${name}`);
  return output;
};
/** npm packages of which something is in a function's bundle. */
const packagesIn = (name: string): Set<string> =>
  new Set(
    Object.entries(bundleOf(name).inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([file]) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? []),
  );
const withPackage = (wanted: string): string[] => names.filter((name) => packagesIn(name).has(wanted)).toSorted();
const hasDuckdb = (name: string): boolean => bundleOf(name).imports.some(({ path }) => path.startsWith('@duckdb/'));

interface Policy {
  readonly PolicyDocument: {
    readonly Statement: readonly { readonly Action: readonly string[]; readonly Resource: unknown }[];
  };
}
/** What a function needs no client for: its traces, keys and images that other services use for it, roles it passes on. */
const withoutClient = new Set(['xray', 'kms', 'ecr', 'iam']);
/** Lambda writes a function's log. */
const ownLog = new Set(['logs:CreateLogStream', 'logs:PutLogEvents']);
const clients: Readonly<Record<string, string>> = {
  s3: 'client-s3',
  dynamodb: 'client-dynamodb',
  states: 'client-sfn',
  secretsmanager: 'client-secrets-manager',
  sagemaker: 'client-sagemaker',
  logs: 'client-cloudwatch-logs',
  cloudwatch: 'client-cloudwatch',
  'application-autoscaling': 'client-application-auto-scaling',
};
/** The AWS clients that a role has a use for. */
function clientsFor(role: Resource | undefined): string[] {
  const policies = (role?.Properties['Policies'] ?? []) as unknown as readonly Policy[];
  const statements = policies.flatMap((p) => p.PolicyDocument.Statement);
  // Application Auto Scaling makes and deletes these alarms for its caller.
  const own = statements.filter(({ Resource }) => !JSON.stringify(Resource).includes('alarm:TargetTracking-'));
  const actions = own.flatMap((s) => s.Action);
  const needed = actions.flatMap((action) => {
    const [service = ''] = action.split(':');
    if (withoutClient.has(service) || ownLog.has(action)) return [];
    return action.startsWith('sagemaker:InvokeEndpoint')
      ? 'client-sagemaker-runtime'
      : (clients[service] ?? `unknown ${service}`);
  });
  return [...new Set(needed)].toSorted();
}

describe('a bundle', () => {
  it.each(names)('of %s holds the AWS clients that its role may use, and no other', (name) => {
    const bundled = [...packagesIn(name)].filter((p) => p.startsWith('@aws-sdk/client-'));

    expect(bundled.map((p) => p.slice('@aws-sdk/'.length)).toSorted()).toEqual(
      clientsFor(roles[`${name.charAt(0).toUpperCase()}${name.slice(1)}Role`]),
    );
  });

  it('holds what few functions need in those alone', () => {
    expect(withPackage('@slack/web-api')).toEqual(['answerSlack', 'notify', 'reportApproval', 'sendWaiting']);
    expect(withPackage('yaml')).toEqual([]);
    expect(withPackage('@aws-sdk/lib-storage')).toEqual([
      'desensitizeShard',
      'divideRows',
      'fitTransform',
      'joinOutcomes',
      'joinScores',
      'profileShard',
      'readOutcomes',
      'transformShard',
    ]);
    expect(withPackage('@aws-sdk/lib-dynamodb')).toEqual(withPackage('@aws-sdk/client-dynamodb'));
  });

  it('loads nothing from elsewhere but Node, DuckDB, and credentials and event streams that Lambda does not need', () => {
    const elsewhere = names.flatMap((name) =>
      bundleOf(name)
        .imports.filter(
          ({ path, kind }) =>
            !path.startsWith('node:') &&
            !builtinModules.includes(path) &&
            !path.startsWith('@duckdb/') &&
            kind !== 'dynamic-import',
        )
        .map(({ path }) => `${name}: ${path}`),
    );
    const later = names.flatMap((name) =>
      bundleOf(name)
        .imports.filter(({ path, kind }) => kind === 'dynamic-import' && !path.startsWith('node:'))
        .map(({ path }) => path),
    );

    expect(elsewhere).toEqual([]);
    const unneeded = /^(@(aws-sdk|smithy)\/credential-provider-.+|@smithy\/core\/event-streams)$/;
    expect([...new Set(later)].filter((path) => !unneeded.test(path))).toEqual([]);
  });

  it('is smaller than 950 kB where it does not use DuckDB', () => {
    const large = names.filter((name) => !hasDuckdb(name) && bundleOf(name).bytes >= 950_000);

    expect(large.map((name) => `${name}: ${bundleOf(name).bytes}`)).toEqual([]);
  });
});

it('keeps the names of error classes, which state machines and messages go by', async () => {
  const { entryPoints: _, outdir: _o, outExtension: _x, ...options } = bundleOptions(root, []);
  const { outputFiles } = await build({
    ...options,
    write: false,
    stdin: {
      resolveDir: root,
      loader: 'ts',
      contents: `
        export * as errors from '#domain/errors';
        export { serviceOf } from '#functions/runtime/transient-errors';
        export { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';`,
    },
  });
  const module = { exports: {} as Record<string, unknown> };
  new Function('module', 'exports', 'require', outputFiles[0]?.text ?? '')(module, module.exports, require);
  const { errors, serviceOf, ConditionalCheckFailedException } = module.exports as unknown as {
    errors: Record<string, new (message: string) => Error>;
    serviceOf: (error: unknown) => string;
    ConditionalCheckFailedException: new (options: object) => Error;
  };

  const throttled = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
  expect(serviceOf(throttled)).toBe('DynamoDB ');
  for (const [name, Class] of Object.entries(errors)) {
    expect(Class.name).toBe(name);
  }
  expect(new (errors['TransientError'] as new (m: string) => Error)('x').name).toBe('TransientError');
});
