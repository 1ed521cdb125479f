import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../lock.ts';
import { run } from './command.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const requirements = join(project, 'containers', 'xgboost', 'requirements.txt');

/** What the Python of the embedded cloud needs, in words and names. */
export const pythonNeeds = {
  label: 'Python with XGBoost',
  module: 'xgboost',
  fromPyPI: 'XGBoost from PyPI (150 MB)',
  debianPackage: 'python3-xgboost',
  /** Versions of an XGBoost that is installed already: from `from`, below `below`. What is installed here is pinned. */
  accepted: { from: [2, 0], below: [4, 0] },
} as const;

/** A Python that can import XGBoost. */
export interface PythonEnvironment {
  /** The interpreter: an absolute path or a command on the PATH. */
  readonly python: string;
  /** Additional environment variables for its processes. */
  readonly env: Readonly<Record<string, string>>;
}

export interface PythonOptions {
  /** Where the virtual environment is kept, by default `.tidegate/python` of the project: shared by all state directories. */
  readonly directory?: string;
  /** Called with one line for each step that takes a while. */
  readonly onProgress?: (message: string) => void;
  /** Replaces `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** No usable Python. The message has the fix. */
export class PythonUnavailableError extends Error {
  override readonly name = 'PythonUnavailableError';
}

const env: Readonly<Record<string, string>> = {
  PYTHONUNBUFFERED: '1',
  // The container's modules are in the project: do not write __pycache__ there.
  PYTHONDONTWRITEBYTECODE: '1',
  // A user's own site-packages must not shadow the pinned ones.
  PYTHONNOUSERSITE: '1',
};

const pending = new Map<string, Promise<PythonEnvironment>>();

/**
 * Finds or creates a Python with XGBoost: `TIDEGATE_PYTHON` when set; else the virtual environment created earlier; else a
 * `python3` that already imports an accepted XGBoost (`pythonNeeds.accepted`); else a new virtual environment (about 150 MB from PyPI).
 * Concurrent calls and processes wait for one another. A half-made environment is recreated.
 * @throws PythonUnavailableError when none can be found or created.
 */
export const ensurePython = (options: PythonOptions = {}): Promise<PythonEnvironment> => {
  const directory = options.directory ?? join(project, '.tidegate', 'python');
  const environment = options.environment ?? process.env;
  const key = `${directory}\n${environment['TIDEGATE_PYTHON'] ?? ''}`;
  const known = pending.get(key);
  if (known) return known;
  const found = find(directory, environment, options.onProgress ?? (() => {}));
  pending.set(key, found);
  // A failure is not cached: the user may have fixed it.
  found.catch(() => pending.delete(key));
  return found;
};

const find = async (
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
  onProgress: (message: string) => void,
): Promise<PythonEnvironment> => {
  const chosen = environment['TIDEGATE_PYTHON'];
  if (chosen) {
    const problem = await importProblem(chosen);
    if (problem === undefined) return { python: chosen, env };
    throw new PythonUnavailableError(
      `TIDEGATE_PYTHON is ${chosen}, which cannot run the XGBoost container: ${problem}. ` +
        `Install ${requirements} there, or unset TIDEGATE_PYTHON to have a virtual environment made.`,
    );
  }
  const wanted = await readFile(requirements, 'utf8');
  const venv = join(directory, `venv-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  if (isReady(venv)) return { python: interpreter(venv), env };
  if ((await importProblem('python3')) === undefined) return { python: 'python3', env };
  await mkdir(directory, { recursive: true });
  await withLock(join(directory, 'lock'), async () => {
    if (!isReady(venv)) await makeVenv(venv, onProgress);
  });
  return { python: interpreter(venv), env };
};

const interpreter = (venv: string): string =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

/** Written last. An environment without it was interrupted. */
const marker = (venv: string): string => join(venv, 'tidegate-ready.json');
const isReady = (venv: string): boolean => existsSync(marker(venv)) && existsSync(interpreter(venv));

const { from, below } = pythonNeeds.accepted;
const probe = `
import re, xgboost, numpy
version = tuple(int(part) for part in re.findall(r"\\d+", xgboost.__version__)[:2])
accepted = (${from.join(', ')}) <= version < (${below.join(', ')})
raise SystemExit(0 if accepted else f"xgboost {xgboost.__version__} is not supported, ${from.join('.')} or later and below ${below.join('.')} is needed")
`;

/** Why this Python can't run the container, in one line; undefined when it can. */
const importProblem = async (python: string): Promise<string | undefined> => {
  const result = await run(python, ['-c', probe], { env });
  if (result.code === 0) return undefined;
  return result.output.trim().split('\n').at(-1) || `${python} could not be started`;
};

const makeVenv = async (venv: string, onProgress: (message: string) => void): Promise<void> => {
  await rm(venv, { recursive: true, force: true });
  onProgress('Making a Python virtual environment for XGBoost (once)');
  const made = await run('python3', ['-m', 'venv', venv]);
  if (made.code !== 0) throw new PythonUnavailableError(venvAdvice(made.output));
  onProgress('Installing XGBoost from PyPI (about 150 MB, once)');
  const pip = [
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '--no-input',
    '--only-binary',
    ':all:',
    '--require-hashes',
  ];
  const installed = await run(interpreter(venv), [...pip, '-r', requirements], {
    onLine: (line) => {
      const package_ = /^Collecting ([\w.-]+)/.exec(line)?.[1];
      if (package_) onProgress(`  ${package_}`);
    },
  });
  if (installed.code !== 0) throw new PythonUnavailableError(installAdvice(installed.output));
  const problem = await importProblem(interpreter(venv));
  if (problem !== undefined) {
    const fix = process.platform === 'darwin' ? ' XGBoost needs OpenMP there: brew install libomp.' : '';
    throw new PythonUnavailableError(`XGBoost was installed but does not import: ${problem}.${fix}`);
  }
  await writeFile(marker(venv), JSON.stringify({ requirements: await readFile(requirements, 'utf8') }));
  onProgress('XGBoost is ready');
};

const lastLines = (output: string): string => output.trim().split('\n').slice(-3).join('\n');

const venvAdvice = (output: string): string =>
  /ensurepip|python3-venv/.test(output)
    ? 'python3 cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv. ' +
      'Or set TIDEGATE_PYTHON to a Python with xgboost and numpy.'
    : 'No python3 was found to train and serve XGBoost models. Install Python 3.10 or later with its venv module ' +
      `(Debian or Ubuntu: apt install python3 python3-venv), or set TIDEGATE_PYTHON.\n${lastLines(output)}`;

const installAdvice = (output: string): string =>
  'XGBoost could not be installed from PyPI. Behind a mirror or proxy, set PIP_INDEX_URL or HTTPS_PROXY and try again; ' +
  'without network, install it another way (Debian or Ubuntu: apt install python3-xgboost; conda install py-xgboost) ' +
  `and set TIDEGATE_PYTHON to that Python.\n${lastLines(output)}`;
