import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLock } from '#cli/lock';
import { ensurePython, PythonUnavailableError } from '#cli/python/environment';
import { python } from '../../support/python.ts';

describe('the Python environment', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tidegate-python-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const script = async (name: string, body: string): Promise<string> => {
    const path = join(root, name);
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    return path;
  };

  it.skipIf(!python)('is the one that TIDEGATE_PYTHON names, when that can import XGBoost', async () => {
    const chosen = python?.python ?? '';
    const directory = join(root, 'unused');
    expect(await ensurePython({ directory, environment: { TIDEGATE_PYTHON: chosen } })).toMatchObject({
      python: chosen,
    });
    expect(await readdir(root)).not.toContain('unused');
  });

  it('is refused by name when TIDEGATE_PYTHON cannot import XGBoost, and looked for again the next time', async () => {
    const poor = await script('poor-python', 'echo "ModuleNotFoundError: No module named xgboost" >&2; exit 1');
    const attempt = () => ensurePython({ directory: root, environment: { TIDEGATE_PYTHON: poor } });
    await expect(attempt()).rejects.toThrow(PythonUnavailableError);
    await expect(attempt()).rejects.toThrow(
      /TIDEGATE_PYTHON is .*poor-python.*No module named xgboost.*requirements\.txt/s,
    );
    await script('poor-python', 'exit 0');
    expect(await attempt()).toMatchObject({ python: poor });
  });

  it.each([
    ['1.7.6', false],
    ['2.0.0', true],
    ['3.2.0', true],
    ['3.9.1.dev0+abc', true],
    ['4.0.0', false],
  ])('takes an installed XGBoost only within the accepted versions: %s', async (version, accepted) => {
    const modules = await mkdtemp(join(root, 'modules-'));
    await writeFile(join(modules, 'xgboost.py'), `__version__ = "${version}"\n`);
    await writeFile(join(modules, 'numpy.py'), '');
    const chosen = await script(`python-${version}`, `PYTHONPATH=${modules} exec python3 "$@"`);
    const attempt = ensurePython({ directory: root, environment: { TIDEGATE_PYTHON: chosen } });
    if (accepted) expect(await attempt).toMatchObject({ python: chosen });
    else await expect(attempt).rejects.toThrow(`xgboost ${version} is not supported, 2.0 or later and below 4.0`);
  });

  it('is locked for one process at a time, and not by one that died', async () => {
    const lock = join(root, 'lock');
    const order: string[] = [];
    const work = (name: string) =>
      withLock(lock, async () => {
        order.push(`${name} in`);
        await new Promise((done) => setTimeout(done, 20));
        order.push(`${name} out`);
      });
    await Promise.all([work('a'), work('b')]);
    expect(order.map((entry) => entry.split(' ')[1])).toEqual(['in', 'out', 'in', 'out']);

    const module = join(import.meta.dirname, '../../../cli/lock.ts');
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { withLock } = await import(${JSON.stringify(module)});
       await withLock(${JSON.stringify(lock)}, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));`,
    ]);
    await new Promise((held) => holder.stdout.once('data', held));
    const died = new Promise((closed) => holder.once('close', closed));
    holder.kill('SIGKILL');
    await died;
    await work('c');
    expect(order.slice(-2)).toEqual(['c in', 'c out']);
  });

  it('gives the lock back when the work fails', async () => {
    const lock = join(root, 'failing');
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(lock, () => Promise.resolve(1))).toBe(1);
  });
});
