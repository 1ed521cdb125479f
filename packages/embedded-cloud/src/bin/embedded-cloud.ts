#!/usr/bin/env node
/** `embedded-cloud up`: a cloud in the foreground, from any CloudFormation template; ends on Ctrl-C. */
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { explainStateFailure } from '#src/cloud/state-error';
import { type StartOptions, startCloud } from '#src/host/start';

const USAGE = `usage: embedded-cloud up --template <file> [options]

  --template <file>     the CloudFormation template, JSON
  --artifacts <folder>  where the zips of Lambda functions are; the template's folder by default
  --state <folder>      everything the cloud keeps; .embedded-cloud by default
  --stack-name <name>   "stack" by default
  --port <number>       a free one by default
  --region <region>     eu-central-1 by default
  --parameter <k=v>     a parameter of the template; may be repeated
  --plugins <module>    a module whose default export has pages, sageMaker or faults (see the README)`;

/** What a module of `--plugins` may export by default. */
export type Plugins = Pick<StartOptions, 'pages' | 'sageMaker' | 'faults'>;

/** A command line that cannot be understood. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

async function readOptions(commandLine: readonly string[]): Promise<StartOptions> {
  const { values, positionals } = parseArgs({
    args: [...commandLine],
    allowPositionals: true,
    options: {
      template: { type: 'string' },
      artifacts: { type: 'string' },
      state: { type: 'string', default: '.embedded-cloud' },
      'stack-name': { type: 'string', default: 'stack' },
      port: { type: 'string', default: '0' },
      region: { type: 'string' },
      parameter: { type: 'string', multiple: true, default: [] },
      plugins: { type: 'string' },
    },
  });
  if (positionals.join(' ') !== 'up') throw new UsageError('the only command is "up"');
  if (values.template === undefined) throw new UsageError('--template is missing');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port ${values.port} is no port`);
  const parameters = values.parameter.map((given) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`--parameter ${given} is not <name>=<value>`);
    return [name, value] as const;
  });
  const plugins =
    values.plugins === undefined
      ? {}
      : ((await import(pathToFileURL(resolve(values.plugins)).href)) as { default: Plugins }).default;
  return {
    ...plugins,
    templatePath: resolve(values.template),
    packageDir: resolve(values.artifacts ?? dirname(values.template)),
    stateDir: resolve(values.state),
    stackName: values['stack-name'],
    port,
    parameters: Object.fromEntries(parameters),
    ...(values.region !== undefined && { region: values.region }),
  };
}

/** Prints what a shell needs to use the cloud, and ends it on SIGINT and SIGTERM. */
async function up(options: StartOptions): Promise<void> {
  const cloud = await startCloud(options);
  const environment = {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: cloud.admin.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.admin.secretAccessKey,
  };
  for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);
  for (const [name, value] of Object.entries(cloud.outputs)) console.log(`# output ${name}: ${value}`);
  console.log(`# ${cloud.stackName} is up; Ctrl-C ends it`);
  let closing = false;
  const end = async () => {
    if (closing) return;
    closing = true;
    await cloud.close();
    process.exit(0);
  };
  process.on('SIGINT', () => void end());
  process.on('SIGTERM', () => void end());
}

// a limit on the size of files is an error of the write, not the end of the process
process.on('SIGXFSZ', () => undefined);
let stateDir = '';
try {
  const options = await readOptions(process.argv.slice(2));
  stateDir = options.stateDir;
  await up(options);
} catch (cause) {
  const { name, code } = cause as Error & { readonly code?: string };
  const message = explainStateFailure(cause, stateDir)?.message ?? (cause as Error).message;
  const isUsage = name === 'UsageError' || code?.startsWith('ERR_PARSE_ARGS');
  console.error(isUsage ? `embedded-cloud: ${message}\n\n${USAGE}` : `embedded-cloud: ${message}`);
  process.exit(isUsage ? 2 : 1);
}
