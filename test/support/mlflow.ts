import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withLock } from '#cli/lock';
import { run } from '#cli/python/command';

/** What `mlflow server` and its client need; without the data science packages, half the size. Pinned: MLflow's API moves. */
const version = '3.17.2';
const needs = [
  `mlflow-skinny==${version}`,
  `mlflow-tracing==${version}`,
  'Flask==3.1.3',
  'Flask-CORS==6.0.5',
  'alembic==1.20.1',
  'sqlalchemy==2.1.9',
  'graphene==3.4.3',
  'huey==3.5.4',
  'cryptography==50.0.2',
  'aiohttp==3.14.5',
  'pandas==3.1.1',
];

const project = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(project, '.tidegate', 'mlflow');
const venv = join(folder, `venv-${version}`);
const python = join(venv, 'bin', 'python');
const ready = join(venv, 'tidegate-ready');

/** Installs MLflow from PyPI once. @returns why it cannot be had; undefined when it is there */
async function install(): Promise<string | undefined> {
  if (existsSync(ready)) return undefined;
  await mkdir(folder, { recursive: true });
  return withLock(join(folder, 'lock'), async () => {
    if (existsSync(ready)) return undefined;
    rmSync(venv, { recursive: true, force: true });
    const steps = [
      ['python3', '-m', 'venv', venv],
      [python, '-m', 'pip', 'install', '--quiet', ...needs],
      [python, '-m', 'pip', 'install', '--quiet', '--no-deps', `mlflow==${version}`],
    ] as const;
    for (const [program, ...args] of steps) {
      const { code, output } = await run(program, args);
      if (code !== 0) return output.trim().split('\n').at(-1) ?? `${program} ended with ${code}`;
    }
    writeFileSync(ready, '');
    return undefined;
  });
}

/** Why MLflow cannot be had here; undefined when it is there. */
export const mlflowProblem = await install();

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket();
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo;
      socket.close(() => resolve(port));
    });
  });

/** A tracking server of MLflow that is up, behind a door that wants a token and can be shut. */
export interface MlflowServer {
  /** The address of the door. */
  readonly uri: string;
  /** Lets the next requests find a server that is down. */
  shut(isShut: boolean): void;
  /** How many requests the door turned away while it was shut, and for want of the token. */
  readonly refused: { readonly down: number; readonly unauthorized: number };
  /** Runs a program of Python with MLflow's own client, connected without the door, and reads the JSON that it prints. */
  ask(program: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts `mlflow server` with a database of its own. @param token what the door wants */
export async function startMlflow(token: string): Promise<MlflowServer> {
  const home = mkdtempSync(join(tmpdir(), 'tidegate-mlflow-'));
  const port = await freePort();
  const direct = `http://127.0.0.1:${port}`;
  const child = spawn(
    python,
    ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1']
      .concat('--backend-store-uri', `sqlite:///${join(home, 'mlflow.db')}`)
      .concat('--artifacts-destination', join(home, 'artifacts')),
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: home, detached: true },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4000);
  });
  await untilUp(direct, child, () => said);
  const refused = { down: 0, unauthorized: 0 };
  let isShut = false;
  const door = createServer((asked, answer) => {
    if (isShut) {
      refused.down += 1;
      answer.writeHead(503).end('down');
      return;
    }
    if (asked.headers.authorization !== `Bearer ${token}`) {
      refused.unauthorized += 1;
      answer.writeHead(401).end('who are you?');
      return;
    }
    const headers = { ...asked.headers, host: `127.0.0.1:${port}` };
    const onward = request({ port, method: asked.method, path: asked.url, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.writeHead(502).end());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    refused,
    shut: (shut) => {
      isShut = shut;
    },
    async ask(program) {
      const { code, output } = await run(python, ['-c', program], {
        env: { MLFLOW_TRACKING_URI: direct, PYTHONWARNINGS: 'ignore', GIT_PYTHON_REFRESH: 'quiet' },
      });
      if (code !== 0) throw new Error(output);
      return JSON.parse(output.trim().split('\n').at(-1) ?? '');
    },
    close: () => close(child, door, home),
  };
}

async function untilUp(uri: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`mlflow server ended: ${said()}`);
    const isUp = await fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > deadline) throw new Error(`mlflow server is not up after two minutes: ${said()}`);
    await sleep(200);
  }
}

/** MLflow's server has workers: its whole process group ends. */
async function close(child: ChildProcess, door: Server, home: string): Promise<void> {
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined && child.exitCode === null) {
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
