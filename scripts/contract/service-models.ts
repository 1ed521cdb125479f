import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { run } from 'embedded-cloud/python/command';
import type { ServiceModel } from 'embedded-cloud/service-model/model';

const project = fileURLToPath(new URL('../../', import.meta.url));
const requirements = join(project, 'scripts', 'contract', 'requirements.txt');

/**
 * Installs the pinned botocore below `.tidegate/`, once; nothing of it is run, its service models are read.
 * @returns the folder with its service models, or in one line why they cannot be had (no python3 with venv, no PyPI)
 */
export async function installModels(): Promise<{ readonly folder: string } | { readonly problem: string }> {
  const wanted = readFileSync(requirements, 'utf8');
  const version = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const root = join(project, '.tidegate', 'service-models', version);
  const folder = join(root, 'packages', 'botocore', 'data');
  const marker = join(root, 'installed');
  if (existsSync(marker)) return { folder };
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const venv = join(root, 'venv');
  const made = await run('python3', ['-m', 'venv', venv]);
  if (made.code !== 0) return { problem: `python3 cannot make a virtual environment: ${lastLine(made.output)}` };
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--no-deps'];
  const only = ['--require-hashes', '--only-binary', ':all:', '--target', join(root, 'packages')];
  const installed = await run(join(venv, 'bin', 'python'), [...pip, ...only, '-r', requirements]);
  if (installed.code !== 0) return { problem: `botocore could not be installed: ${lastLine(installed.output)}` };
  rmSync(venv, { recursive: true, force: true });
  writeFileSync(marker, wanted);
  return { folder };
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? '';

/** Where requests of one signing name may belong, when botocore's folder has another name or there are several. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  monitoring: ['cloudwatch'],
  sagemaker: ['sagemaker', 'sagemaker-runtime'],
  states: ['stepfunctions'],
};

/** The service models of botocore, read when they are asked for. */
export class ServiceModels {
  readonly #folder: string;
  readonly #read = new Map<string, ServiceModel | undefined>();

  /** @param folder botocore's `data` */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The newest model of the service with this signing name that has the operation. */
  find(signingName: string, operation: string): ServiceModel | undefined {
    const folders = Object.hasOwn(FOLDERS, signingName) ? FOLDERS[signingName] : undefined;
    return (folders ?? [signingName])
      .map((name) => this.load(name))
      .find((model) => model && Object.hasOwn(model.operations, operation));
  }

  /** @param name as botocore names the service: `stepfunctions` */
  load(name: string): ServiceModel | undefined {
    if (!this.#read.has(name)) this.#read.set(name, this.#readModel(name));
    return this.#read.get(name);
  }

  #readModel(name: string): ServiceModel | undefined {
    const folder = join(this.#folder, name);
    if (!existsSync(folder)) return undefined;
    const version = readdirSync(folder)
      .filter((entry) => /^\d{4}-\d\d-\d\d$/.test(entry))
      .sort()
      .at(-1);
    if (version === undefined) return undefined;
    const file = join(folder, version, 'service-2.json');
    const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
    return JSON.parse(text.toString('utf8')) as ServiceModel;
  }
}
