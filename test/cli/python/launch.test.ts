import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../../cli/python/launch.py', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'tidegate-launch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Modules that take the place of XGBoost: a launch here shows what the launcher does, and needs no installation. */
const modules = join(root, 'modules');
mkdirSync(join(modules, 'tidegate_xgboost'), { recursive: true });
writeFileSync(join(modules, 'numpy.py'), '');
writeFileSync(join(modules, 'xgboost.py'), 'import os\nLOADED_BY = os.getpid()\n');
writeFileSync(
  join(modules, 'tidegate_xgboost', '__main__.py'),
  `
import os, signal, sys, time, xgboost
word = sys.argv[1]
def stop(*_):
    os.write(1, b"stopped\\n")
    sys.exit(7)
signal.signal(signal.SIGTERM, stop)
print(word, os.getpid(), xgboost.LOADED_BY, os.environ.get("LEVEL"), os.getcwd(), flush=True)
if word == "fail": raise ValueError("no such channel")
if word == "end": sys.exit(3)
if word == "crash": os.kill(os.getpid(), signal.SIGKILL)
while True: time.sleep(0.05)
`,
);

interface Launched {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown[]>;
  /** What the program says of itself. */
  readonly pid: number;
  readonly loadedBy: number;
  readonly level: string;
  readonly folder: string;
  readonly lines: string[];
}

async function launch(word: string, { tmp = root, level = 'none' } = {}): Promise<Launched> {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    TMPDIR: tmp,
    PYTHONPATH: modules,
    PYTHONDONTWRITEBYTECODE: '1',
    LEVEL: level,
  };
  const folder = mkdtempSync(join(root, 'folder-'));
  const child = spawn('python3', ['-I', '-S', launcher, word], { cwd: folder, env: environment });
  const closed = once(child, 'close');
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const out = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const [line] = (await once(out, 'line')) as [string];
  const [, pid, loadedBy, said = '', where = ''] = line.split(' ');
  return { child, closed, pid: Number(pid), loadedBy: Number(loadedBy), level: said, folder: where, lines };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const ended = (pid: number) => expect.poll(() => isAlive(pid)).toBe(false);
const exit = ({ closed }: Launched) => closed;

describe('a launched program', () => {
  it('has its own environment and folder, and ends with its own status', async () => {
    const first = await launch('end', { level: 'first' });
    const second = await launch('end', { level: 'second' });
    expect([first.level, second.level]).toEqual(['first', 'second']);
    expect(first.folder).not.toBe(second.folder);
    expect(await exit(first)).toEqual([3, null]);
    expect(await exit(second)).toEqual([3, null]);
  });

  it.runIf(process.platform === 'linux')('shares what one process has imported', async () => {
    const [first, second] = [await launch('end'), await launch('end')];
    expect(first.loadedBy).toBe(second.loadedBy);
    expect(first.loadedBy).not.toBe(first.pid);
    expect(first.pid).not.toBe(second.pid);
  });

  it('that fails says why, and has the status 1', async () => {
    const failed = await launch('fail');
    expect(await exit(failed)).toEqual([1, null]);
    expect(failed.lines.join('\n')).toContain('ValueError: no such channel');
  });

  it('that a signal ended shows the signal', async () => {
    expect(await exit(await launch('crash'))).toEqual([null, 'SIGKILL']);
  });

  it('receives SIGTERM, and may end by itself', async () => {
    const stopped = await launch('wait');
    stopped.child.kill('SIGTERM');
    expect(await exit(stopped)).toEqual([7, null]);
    expect(stopped.lines).toContain('stopped');
  });

  it('dies when the process that stands for it is killed', async () => {
    const killed = await launch('wait');
    killed.child.kill('SIGKILL');
    await exit(killed);
    await ended(killed.pid);
  });

  it('goes on when others that share its server are killed, and when somebody asks the server for nonsense', async () => {
    const own = await launch('wait');
    for (const other of await Promise.all(Array.from({ length: 6 }, () => launch('wait')))) {
      other.child.kill('SIGKILL');
      try {
        process.kill(other.pid, 'SIGKILL');
      } catch (error) {
        // it ended with what started it
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await exit(other);
    }
    const folder = join(root, `tidegate-python-${process.getuid?.()}`);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (name.endsWith('.lock')) continue;
      const nonsense = connect(join(folder, name));
      nonsense.end('nonsense');
      nonsense.resume();
      await once(nonsense, 'close');
    }
    expect(isAlive(own.pid)).toBe(true);
    const next = await launch('end');
    if (process.platform === 'linux') expect(next.loadedBy).toBe(own.loadedBy);
    own.child.kill('SIGTERM');
    expect(await exit(own)).toEqual([7, null]);
  });

  it('ends when its standard input closes, as the cloud is gone then', async () => {
    const orphan = await launch('wait');
    orphan.child.stdin?.end();
    expect(await exit(orphan)).toEqual([1, null]);
    await ended(orphan.pid);
  });

  it('runs in a process of its own where the folder of the servers is open to others', async () => {
    const tmp = join(root, 'open');
    const folder = join(tmp, `tidegate-python-${process.getuid?.()}`);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    const own = await launch('end', { tmp });
    expect(own.loadedBy).toBe(own.pid);
    expect(await exit(own)).toEqual([3, null]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not lost when the server of an earlier launch is gone', async () => {
    const tmp = join(root, 'gone');
    mkdirSync(tmp);
    const first = await launch('end', { tmp });
    await exit(first);
    if (first.loadedBy !== first.pid) process.kill(first.loadedBy, 'SIGKILL');
    const second = await launch('end', { tmp });
    expect(await exit(second)).toEqual([3, null]);
  });
});
