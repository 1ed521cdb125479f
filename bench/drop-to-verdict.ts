/**
 * How long a run takes from its drop to its verdict, and what takes the time: starts an embedded cloud with a state of its own, drops a loan
 * book twice (processes are cold, then warm) and reads the histories of the executions. Training and scoring are shown, and left out of
 * the sum: they are the container's work.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { writeLoanBook } from '#examples/loans/generate';
import { entered, exited, historyAfter, nestedExecution } from '../cli/execution-history.ts';
import { closeTarget, openTarget, type Target } from '../cli/target.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '20000' } } });
const rows = Number(values.rows);
const folder = mkdtempSync(join(tmpdir(), 'tidegate-verdict-'));
process.env['TIDEGATE_HOME'] = join(folder, 'home');

/** States that are jobs of the container. */
const jobs = new Set(['TrainModel', 'ScoreHoldout']);
/** The state after which the verdict is known. */
const verdict = 'ApplyGates';

function tidegate(...command: string[]): void {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { status, stderr, stdout } = spawnSync(process.execPath, ['cli/tidegate.mjs', ...command], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tidegate ${command[0]} failed:\n${stdout}${stderr}`);
}

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const at = ({ timestamp }: HistoryEvent): number => timestamp?.getTime() ?? 0;

/** The states of an execution and of those that it started, but for the states that only wait for such an execution. */
async function spansOf(target: Target, executionArn: string): Promise<Span[]> {
  const spans: Span[] = [];
  const own: Span[] = [];
  const open = new Map<string, number>();
  const waiting = new Set<string>();
  let current = '';
  for (const event of await historyAfter(target.sfn, executionArn, 0)) {
    const [started, ended] = [entered(event), exited(event)];
    if (started !== undefined) {
      current = started;
      open.set(started, at(event));
    }
    const nested = nestedExecution(event);
    if (nested !== undefined) {
      waiting.add(current);
      spans.push(...(await spansOf(target, nested)));
    }
    const from = ended === undefined ? undefined : open.get(ended);
    if (ended !== undefined && from !== undefined && !waiting.has(ended))
      own.push({ name: ended, from, to: at(event) });
  }
  // the states within a Map are part of its time; it ends after them
  const isWithin = (a: Span, i: number) => own.some((b, k) => k > i && b.from <= a.from && a.to <= b.to);
  return [...spans, ...own.filter((span, i) => span.to > span.from + 1 && !isWithin(span, i))];
}

/** Prints the states of the last run in the order of their start. */
async function printRun(target: Target, title: string): Promise<void> {
  const { executions = [] } = await target.sfn.send(
    new ListExecutionsCommand({ stateMachineArn: target.outputs.RetrainStateMachineArn }),
  );
  const [last] = executions.toSorted((a, b) => (b.startDate?.getTime() ?? 0) - (a.startDate?.getTime() ?? 0));
  const spans = (await spansOf(target, last?.executionArn ?? '')).toSorted((a, b) => a.from - b.from);
  const start = last?.startDate?.getTime() ?? 0;
  const end = spans.find(({ name }) => name === verdict)?.to;
  if (end === undefined) throw new Error('the run has no verdict');
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const within = spans.filter(({ from, to }) => from < end && to > from);
  const ofJobs = within.filter(({ name }) => jobs.has(name)).reduce((sum, { from, to }) => sum + to - from, 0);
  const named = within.reduce((sum, { from, to }) => sum + to - from, 0);
  console.log(
    `\n${title}: ${seconds(end - start)} from drop to verdict, ${seconds(end - start - ofJobs)} without the jobs`,
  );
  console.log('| state | time |\n|---|---|');
  for (const { name, from, to } of within)
    console.log(`| ${name}${jobs.has(name) ? ' (job)' : ''} | ${seconds(to - from)} |`);
  console.log(`| between the states | ${seconds(end - start - named)} |`);
}

try {
  const books = await Promise.all(
    [1, 2].map((seed) => writeLoanBook(join(folder, `book-${seed}`), rows, { seed, firstLoan: seed * 1_000_000 })),
  );
  tidegate('up');
  const target = await openTarget({});
  console.log(`${rows.toLocaleString('en-US')} loans a drop; ${availableParallelism()} cores`);
  for (const [i, { files }] of books.entries()) {
    tidegate('drop', 'loan-default', ...files, '--watch');
    await printRun(target, i === 0 ? 'first run, functions cold' : 'second run, functions warm');
  }
  console.log(`\nload of the machine: ${loadavg()[0]?.toFixed(1)}`);
  closeTarget(target);
} finally {
  tidegate('down');
  rmSync(folder, { recursive: true, force: true });
}
