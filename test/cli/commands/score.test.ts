import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchTable, batchText } from '#cli/batches';
import { uploadDrop } from '#cli/commands/drop';
import { describeBatch, downloadScores } from '#cli/commands/score';
import type { Outputs } from '#cli/target';
import { scoredBatch } from '../../fakes/scored-batch.ts';

const s3 = mockClient(S3Client);
const target = {
  s3: new S3Client({ region: 'eu-central-1' }),
  outputs: { RawBucketName: 'raw' } as Outputs,
  stage: 'local',
};
const batch = scoredBatch({ pipeline: 'loan', batchId: 'b1' });
const parts: Readonly<Record<string, string>> = {
  'loan/batch/b1/scores-00000.csv': 'file,line,score\n1,2,0.5\n',
  'loan/batch/b1/scores-00001.csv': 'file,line,score\n2,2,0.25\n',
  'loan/batch/b1/scores-00000.parquet': 'PAR1 a',
  'loan/batch/b1/scores-00001.parquet': 'PAR1 b',
};
const parquet = { ...batch, format: 'parquet' as const, files: ['scores-00000.parquet', 'scores-00001.parquet'] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-score-'));
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({});
  s3.on(PutObjectCommand).resolves({});
  // in small chunks, so that the header ends in the middle of one
  s3.on(GetObjectCommand).callsFake(({ Key = '' }) => ({
    Body: Readable.from((parts[Key]?.match(/[\s\S]{1,5}/g) ?? []).map((text) => Buffer.from(text))),
  }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('files to score are put below the batches of the pipeline, the marker last', async () => {
  writeFileSync(join(folder, 'a.csv'), 'x\n1\n');
  const prefix = await uploadDrop(target, 'loan', [join(folder, 'a.csv')], { folder: 'feb', within: 'batch' });

  expect(prefix).toBe('loan/batch/feb/');
  const keys = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
  expect(keys).toEqual(['loan/batch/feb/a.csv', 'loan/batch/feb/_SUCCESS']);
});

describe('scores are fetched', () => {
  it('into one file, with one header', async () => {
    const out = join(folder, 'scores.csv');
    expect(await downloadScores(target, batch, out)).toEqual([out]);
    expect(readFileSync(out, 'utf8')).toBe('file,line,score\n1,2,0.5\n2,2,0.25\n');
  });

  it('into a folder, each under its name', async () => {
    const paths = await downloadScores(target, batch, folder);
    expect(paths).toEqual(['scores-00000.csv', 'scores-00001.csv'].map((name) => join(folder, name)));
    expect(readFileSync(paths[1] ?? '', 'utf8')).toBe(parts['loan/batch/b1/scores-00001.csv']);
  });

  it('of several Parquet files into a new folder, and never into one file', async () => {
    const out = join(folder, 'new');
    await downloadScores(target, parquet, out);
    expect(readFileSync(join(out, 'scores-00001.parquet'), 'utf8')).toBe('PAR1 b');
    const taken = join(folder, 'taken');
    writeFileSync(taken, '');
    await expect(downloadScores(target, parquet, taken)).rejects.toMatchObject({ exitCode: 2 });
    mkdirSync(join(folder, 'one'));
    expect(await downloadScores(target, { ...parquet, files: [] }, join(folder, 'one'))).toEqual([]);
  });
});

describe('what became of a batch', () => {
  it('is told in sentences', () => {
    expect(describeBatch(batch).map(stripVTControlCharacters)).toEqual([
      '99 rows of 100 scored by version 3',
      '  paid: 66 rows (66.7 %)',
      '  late: 33 rows (33.3 %)',
      '1 malformed row, listed in malformed.jsonl:',
      '  x: not a number (1)',
      'scores at s3://clean/loan/batch/b1/',
    ]);
    const counts = { rows: 2, scored: 2, malformed: 0, problems: [], classes: [], mean: 1.5 };
    expect(describeBatch({ ...batch, counts })[1]).toBe('  mean 1.5');
    expect(describeBatch({ ...batch, counts: undefined })).toEqual([]);
  });

  it('is listed in a line', () => {
    const running = { ...batch, batchId: 'b2', status: 'running' as const, counts: undefined };
    const lines = stripVTControlCharacters(batchTable([running, batch])).split('\n');
    expect(lines[1]).toMatch(/^b2 +running +version 3 +2026-02-01 06:00:00$/);
    expect(lines[2]).toMatch(/^b1 +scored +version 3 +100 +99 +1 +2026-02-01 06:00:00$/);
  });
});

describe('a batch in a sentence', () => {
  it('says which model scored how many rows, or that it is at work', () => {
    expect(batchText(batch)).toBe('99 rows of 100 scored by version 3');
    const { counts: _, ...running } = batch;
    expect(batchText({ ...running, status: 'running' })).toBe('2 files are being scored by version 3');
    expect(batchText({ ...running, status: 'running', objects: 1 })).toBe('1 file is being scored by version 3');
  });

  it('is a line of a table with the pipeline where there are several', () => {
    expect(stripVTControlCharacters(batchTable([batch], true)).split('\n')[1]).toMatch(
      /^b1\s+loan\s+scored\s+version 3\s+100\s+99\s+1/,
    );
  });
});
