import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodes } from '../../cli/exit-codes.ts';
import { type CommandLine, commandLines, NOT_RUN, root } from './command-lines.ts';

/** Runs the commands of the documents as they stand, in the order of the documents, in one embedded cloud. The README comes first. */

const run = promisify(execFile);
const wanted = commandLines().filter(({ command }) => !NOT_RUN.some(([pattern]) => pattern.test(command)));
/** The README comes first; what ends a pipeline's life comes last. */
const turn = ({ document, command }: CommandLine): number =>
  /\bretire\b.*(--yes|--undo)/.test(command) ? 2 : document === 'README.md' ? 0 : 1;
const inOrder = wanted.toSorted((a, b) => turn(a) - turn(b));

let folder: string;
/** What the documents leave to the reader. */
const given = (): readonly (readonly [string, string])[] => [
  ['/tmp/book', join(folder, 'book')],
  ['<id>', 'loan-default'],
  ['<run>', 'loan-default'],
  ['my-test.json', join(folder, 'my-test.json')],
  ['rows.jsonl', join(folder, 'rows.jsonl')],
  ['paid-back.csv', join(folder, 'paid-back.csv')],
  ['applications.csv', join(folder, 'applications.csv')],
  ['scores.csv', join(folder, 'scores.csv')],
];
/** Commands that may end otherwise, and how. */
const OTHER_ENDS: readonly (readonly [RegExp, readonly number[]])[] = [
  // a doctor finds what is missing on the machine of the test
  [/^npx tidegate doctor/, [exitCodes.failed]],
  // no challenge is under way
  [/^npx tidegate challenge (promote|stop)/, [exitCodes.failed]],
  // the same book again is not trained; a small window of requests is not judged; outcomes need a model in service
  [/^npx tidegate (drop|drift|outcomes|retrain)/, [exitCodes.skipped]],
];

const shell = (command: string) =>
  run('bash', ['-eo', 'pipefail', '-c', command], {
    cwd: root,
    env: { ...process.env, TIDEGATE_HOME: join(folder, 'home'), NO_COLOR: '1' },
    timeout: 10 * 60_000,
    maxBuffer: 1 << 26,
  });

async function patiently<T>(attempt: () => Promise<T>, times: number): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const isDeploying = /has no model in service|a deployment is under way|The model in service changed/.test(
      JSON.stringify(error),
    );
    if (times <= 1 || !isDeploying) throw error;
    await sleep(5000);
    return patiently(attempt, times - 1);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-docs-'));
  writeFileSync(
    join(folder, 'my-test.json'),
    JSON.stringify({
      id: 'two-rows',
      kind: 'contract',
      request: { rows: [{ income: 31000 }, { income: 90000 }] },
      expect: { rows: 2, min: 0, max: 1 },
    }),
  );
  writeFileSync(join(folder, 'paid-back.csv'), 'loan_id,default\nnobody,1\n');
  writeFileSync(
    join(folder, 'applications.csv'),
    'loan_id,income,amount,term,purpose,home,employment_years,dti,inquiries,prior_defaults,utilisation\na1,31000,14000,60,car,rent,,18,1,0,0.4\n',
  );
  writeFileSync(join(folder, 'rows.jsonl'), '{"income":31000}\n{"income":90000,"purpose":"boat"}\n');
});
afterAll(async () => {
  await shell('npx tidegate down').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

it.each(inOrder.map((line) => [`${line.document}:${line.line}`, line.command]))('%s %s', async (_, command) => {
  const filled = given().reduce((text, [from, to]) => text.replaceAll(from, to), command);
  // what the drop registered is still being deployed
  const attempts = /^npx tidegate (predict|drift|tests)/.test(command) ? 20 : 1;
  const code = await patiently(() => shell(filled), attempts).then(
    () => 0,
    (error: { code?: number; stdout?: string; stderr?: string }) => {
      const allowed = OTHER_ENDS.find(([pattern]) => pattern.test(command))?.[1] ?? [];
      if (allowed.includes(error.code ?? -1)) return 0;
      throw new Error(`${filled} ended with ${error.code}\n${error.stdout}\n${error.stderr}`);
    },
  );
  expect(code).toBe(0);
});
