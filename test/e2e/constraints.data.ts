import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { writeLoanBook } from '#examples/loans/generate';
import { parsePipeline } from '#schemas/load-pipeline';
import { constraintsRecordSchema } from '#schemas/records/constraints';
import { verdictSchema } from '#schemas/records/evaluation';
import { chooseRun, suggestFrom } from '../../cli/commands/constraints.ts';
import { fetchReport } from '../../cli/commands/report.ts';
import { readSlack } from '../../cli/commands/slack.ts';
import { addConstraints } from '../../cli/constraints-file.ts';
import { readWaiting } from '../../cli/waiting-messages.ts';
import { startProject, type UpProject } from './project.ts';

/** From a good drop to constraints, and from constraints to drops that are refused: the data of one small book throughout. */

const honeytoken = 'Hildegard-Honeytoken';
let folder: string;
let header: string[];
let rows: string[][];
let strict: UpProject;
const definition = (name: string) =>
  readFileSync('pipelines/loan-default.yml', 'utf8')
    .replace('name: loan-default', `name: ${name}`)
    .replace('metric: auc, min: 0.75', 'metric: auc, min: 0.55')
    .replace(/\nconstraints:.*\n( +- .*\n)+/, '\n');

/** A drop of the book with some values replaced, by row and column. */
function book(
  name: string,
  change: (row: string[], at: (column: string) => number, i: number) => string[] | undefined = (row) => row,
): string[] {
  const at = (column: string) => header.indexOf(column);
  const changed = rows.flatMap((row, i) => {
    const own = change([...row], at, i);
    return own ? [own.join(',')] : [];
  });
  const file = join(folder, `${name}.csv`);
  writeFileSync(file, `${[header.join(','), ...changed].join('\n')}\n`);
  return [file];
}
const set =
  (column: string, value: string, each = 1) =>
  (row: string[], at: (column: string) => number, i: number) =>
    i % each === 0 ? row.with(at(column), value) : row;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-constraints-'));
  const { files } = await writeLoanBook(join(folder, 'book'), 6000, { seed: 7 }, 1);
  [header = [], ...rows] = readFileSync(files[0] ?? '', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

  const first = join(folder, 'first-book.yml');
  writeFileSync(first, definition('first-book'));
  const project = await startProject([first]);
  try {
    await expect(chooseRun(project.target, 'first-book', undefined)).rejects.toThrow('has registered a model yet');
    const { ended } = await project.drop('first-book', book('good'), 'good');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
    const run = await chooseRun(project.target, 'first-book', undefined);
    const pipeline = parsePipeline(readFileSync(first, 'utf8'), first);
    const suggested = await suggestFrom(project.target, run, pipeline);
    const warning = {
      constraint: { check: 'missing', column: 'income', max: 0, onFailure: 'warn' },
      because: 'to warn',
    };
    const file = join(folder, 'strict-book.yml');
    writeFileSync(file, addConstraints(definition('strict-book'), [...suggested, warning]));
    strict = await startProject([file]);
  } finally {
    await project.close();
  }
}, 600_000);
afterAll(async () => {
  await strict?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('constraints that were suggested from a good drop', { timeout: 300_000 }, () => {
  it('are met by that drop; one that only warns is in the verdict and in Slack', async () => {
    const { ended, run } = await strict.drop('strict-book', book('good-again'), 'good');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
    if (!run) throw new Error('the drop was not trained');
    const { results } = await strict.readArtifact(artifactKeys(run).constraints, constraintsRecordSchema);
    expect(new Set(results.map(({ check }) => check))).toContain('unique');
    expect(results.filter(({ passed }) => !passed)).toMatchObject([
      { constraint: 'missing income ≤ 0 %', onFailure: 'warn' },
    ]);
    const { unmet } = await strict.readArtifact(artifactKeys(run).verdict, verdictSchema);
    expect(unmet).toMatchObject([{ constraint: 'missing income ≤ 0 %' }]);
    expect((await readSlack(strict.cloud.endpoint)).some(({ text }) => text.includes('missing income ≤ 0 %'))).toBe(
      true,
    );
  });

  it.each([
    ['missing', set('amount', ''), 'missing amount'],
    ['range', set('dti', '-4000', 20), 'dti from'],
    ['values', set('home', honeytoken, 10), 'home one of'],
    ['unique', set('loan_id', 'the same'), 'loan_id unique'],
    ['rows', (row: string[], _: unknown, i: number) => (i < 2000 ? row : undefined), 'rows at least 0.5'],
    ['label', set('default', '1', 2), 'share of default 1'],
    ['malformed', set('amount', honeytoken, 150), 'malformed rows'],
  ] as const)(
    'refuse a drop by %s before a job is paid for, with a report and a notice',
    async (kind, change, constraint) => {
      const { ended, run } = await strict.drop('strict-book', book(kind, change as never), kind);
      expect(ended).toMatchObject({ status: 'FAILED', error: 'DataQualityError' });
      expect(ended.cause).toContain(constraint);
      if (!run) throw new Error('the drop was not admitted');
      const { results, comparedWith } = await strict.readArtifact(
        artifactKeys(run).constraints,
        constraintsRecordSchema,
      );
      expect(results.filter((r) => !r.passed && r.onFailure === 'refuse').map(({ check }) => check)).toContain(kind);
      expect(comparedWith).not.toBeNull();
      const path = await fetchReport(strict.target, run, join(folder, `${kind}.html`));
      expect(readFileSync(path, 'utf8')).toContain('Drop refused');
      const notice = (await readSlack(strict.cloud.endpoint)).find(
        ({ text }) => text.includes('run failed') && text.includes(constraint),
      );
      expect(notice?.text).toContain(`${run.runId}%2Freport.html`);
      expect(`${ended.cause}${notice?.text}${readFileSync(path, 'utf8')}`).not.toContain(honeytoken);
    },
  );
});

describe('a drop while Slack takes no message', () => {
  const slackFails = (fault: { fault: 'throttle' } | { fault: 'error'; code: string; nth?: number }) =>
    strict.cloud.faults.set({ faults: [{ service: 'slack', operation: 'chat.postMessage', ...fault }] });
  const reasons = async () => (await readWaiting(strict.target)).map(({ reason }) => reason).join('\n');
  const headings = async () => (await readSlack(strict.cloud.endpoint)).map(({ text }) => text.split('\n')[0]);

  it('ends as always, and its messages follow in order once Slack is well, whatever was wrong with it', async () => {
    const before = (await headings()).length;
    slackFails({ fault: 'throttle' });
    const { ended } = await strict.drop('strict-book', book('silent', set('amount', '')), 'silent');
    expect(ended).toMatchObject({ status: 'FAILED', error: 'DataQualityError' });
    expect((await headings()).length).toBe(before);
    expect(await reasons()).toMatch(/limits the rate.*\n.*behind an earlier message/);

    slackFails({ fault: 'error', code: 'token_revoked' });
    await expect.poll(reasons, { timeout: 30_000 }).toContain('Reinstall the Slack app');
    // then the channel is wrong once
    slackFails({ fault: 'error', code: 'channel_not_found', nth: 1 });
    await expect.poll(reasons, { timeout: 40_000 }).toBe('');
    strict.cloud.faults.clear();

    const told = (await readSlack(strict.cloud.endpoint)).slice(before);
    expect(told.map(({ text }) => /training started|the run failed/.exec(text)?.[0])).toEqual([
      'training started',
      'the run failed',
    ]);
    expect(told[0]).toMatchObject({ channel: '#ml-pipelines' });
    expect(told[0]?.text).toContain('channel_not_found. Create the channel');
    expect(told[1]?.thread_ts).toBe(told[0]?.ts);
  });
});
