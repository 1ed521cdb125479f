import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { ServiceModel } from '#src/service-model/model';

const requirements = fileURLToPath(new URL('botocore.txt', import.meta.url));

/**
 * Installs the pinned botocore, once. Its service models are read; none of its code runs.
 * @param directory where the installation is kept
 * @returns the folder with its service models, or in one line why they are not available (no python3 with venv, no PyPI)
 */
export async function installModels(
  directory: string,
): Promise<{ readonly folder: string } | { readonly problem: string }> {
  const wanted = readFileSync(requirements, 'utf8');
  const version = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const root = join(directory, version);
  const folder = join(root, 'packages', 'botocore', 'data');
  const marker = join(root, 'installed');
  if (existsSync(marker)) return { folder };
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const venv = join(root, 'venv');
  const venvProblem = await problemOf('python3', ['-m', 'venv', venv]);
  if (venvProblem !== undefined) return { problem: `python3 cannot make a virtual environment: ${venvProblem}` };
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--no-deps'];
  const only = ['--require-hashes', '--only-binary', ':all:', '--target', join(root, 'packages')];
  const pipProblem = await problemOf(join(venv, 'bin', 'python'), [...pip, ...only, '-r', requirements]);
  if (pipProblem !== undefined) return { problem: `botocore could not be installed: ${pipProblem}` };
  rmSync(venv, { recursive: true, force: true });
  writeFileSync(marker, wanted);
  return { folder };
}

const execute = promisify(execFile);

/** Runs a program. @returns the last line of what it printed when it fails */
async function problemOf(program: string, arguments_: readonly string[]): Promise<string | undefined> {
  try {
    await execute(program, arguments_);
    return undefined;
  } catch (cause) {
    const { stdout = '', stderr = '', message } = cause as Error & { stdout?: string; stderr?: string };
    return `${stdout}\n${stderr}`.trim().split('\n').at(-1) || message;
  }
}

/** Where requests of one signing name may belong, when botocore's folder has another name or there are several. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  monitoring: ['cloudwatch'],
  sagemaker: ['sagemaker', 'sagemaker-runtime'],
  states: ['stepfunctions'],
};

/** The service models of botocore, read on demand. */
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
