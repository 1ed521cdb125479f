import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putIds, readForm } from '#cli/score-ids';
import type { Outputs } from '#cli/target';
import { batchForm } from '#domain/batch/form';
import { artifactKeys } from '#domain/runs/layout';
import { openEngine } from '#functions/shards/duckdb';
import { pipelineSchema } from '#schemas/pipeline';
import { dropRecord, smallPipeline } from '../fakes/data-run.ts';
import { scoredBatch } from '../fakes/scored-batch.ts';

const pipeline = pipelineSchema.parse(
  smallPipeline({ id: 'customer', columns: { x: { role: 'feature', type: 'number' } } }),
);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-ids-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const form = batchForm(pipeline, 'csv');

describe('the ids of files in the place of their tokens', () => {
  // the second by name is given first; a line break within quotes, and a malformed row
  const files = () => [
    write('b.csv', 'x,customer\n7,"Ann, 1"\n'),
    write('a.csv', 'customer,x,more\n"two\nlines",1,\nno number,x,\n"say ""hi""",2,\nplain,3,\n'),
  ];

  it('are put into CSV, row for row, and nothing else changes', async () => {
    const scores = write(
      'scores.csv',
      'file,line,id,label,score\n1,2,tok_1,,0.10000000000000001\n1,5,tok_3,"no, never",0.5\n1,6,tok_4,yes,1e-9\n2,2,tok_5,yes,0.75\n',
    );
    await putIds(form, files(), [scores], 'csv');
    expect(readFileSync(scores, 'utf8')).toBe(
      'file,line,id,label,score\n1,2,"two\nlines",,0.10000000000000001\n1,5,"say ""hi""","no, never",0.5\n1,6,plain,yes,1e-9\n2,2,"Ann, 1",yes,0.75\n',
    );
  });

  it('are put into JSON lines, whose texts and numbers stay what they are', async () => {
    const line = (file: number, own: number, rest: string) =>
      `{"file":${file},"line":${own},"id":"tok_x",${rest},"modelVersion":3}`;
    const scores = write(
      'scores.jsonl',
      `${line(1, 6, '"label":"2024-01-01","score":0.25,"positive":false')}\n${line(2, 2, '"label":null,"score":1.0,"positive":true')}\n`,
    );
    await putIds(form, files(), [scores], 'jsonl');
    expect(
      readFileSync(scores, 'utf8')
        .trim()
        .split('\n')
        .map((own) => JSON.parse(own)),
    ).toEqual([
      { file: 1, line: 6, id: 'plain', label: '2024-01-01', score: 0.25, positive: false, modelVersion: 3 },
      { file: 2, line: 2, id: 'Ann, 1', label: null, score: 1, positive: true, modelVersion: 3 },
    ]);
  });

  it('are put into Parquet', async () => {
    const path = join(folder, 'scores.parquet');
    const engine = await openEngine({ memoryMb: 512 });
    await engine.query(
      'w',
      `COPY (SELECT 2::BIGINT AS file, 2::BIGINT AS line, 'tok_x' AS id, 0.5::DOUBLE AS score) TO '${path}' (FORMAT parquet)`,
    );
    await putIds(form, files(), [path], 'parquet');
    expect(await engine.query('r', `SELECT id, score FROM read_parquet('${path}')`)).toEqual([
      { id: 'Ann, 1', score: 0.5 },
    ]);
    engine.close();
  });

  it.each(['jsonl', 'parquet'] as const)(
    'are found in files of %s by the number of the line or row',
    async (format) => {
      const path = join(folder, `rows.${format}`);
      const engine = await openEngine({ memoryMb: 512 });
      const rows = "(VALUES ('c1', 1), ('c2', 2), ('c3', 3)) AS t(customer, x)";
      await engine.query(
        'w',
        `COPY (SELECT * FROM ${rows}) TO '${path}' (FORMAT ${format === 'jsonl' ? 'json' : format})`,
      );
      engine.close();
      const scores = write(`of-${format}.csv`, 'file,line,id,score\n1,1,tok_1,0.5\n1,3,tok_3,0.25\n');
      await putIds(batchForm(pipeline, format), [path], [scores], 'csv');
      expect(readFileSync(scores, 'utf8')).toBe('file,line,id,score\n1,1,c1,0.5\n1,3,c3,0.25\n');
    },
  );

  it('are refused where the files are not those that were scored, and the tokens stay', async () => {
    const text = 'file,line,id,score\n3,2,tok_1,0.5\n';
    const scores = write('other.csv', text);
    await expect(putIds(form, files(), [scores], 'csv')).rejects.toThrow(
      '1 row was scored that these files do not have',
    );
    expect(readFileSync(scores, 'utf8')).toBe(text);
  });
});

describe('how the files of a batch were read', () => {
  const target = {
    s3: new S3Client({ region: 'eu-central-1' }),
    outputs: { ArtifactsBucketName: 'artifacts' } as Outputs,
  };
  const batch = scoredBatch({ pipeline: 'small', batchId: 'b1' });
  const keys = artifactKeys({ pipeline: 'small', runId: 'b1' });
  const scoring = { ...batch.model, reads: 'jsonl' as const, format: 'csv' as const };
  const keep = (objects: Readonly<Record<string, unknown>>) => {
    const s3 = mockClient(target.s3);
    s3.on(GetObjectCommand).callsFake(({ Key = '' }) => {
      if (objects[Key] === undefined) throw Object.assign(new Error('gone'), { name: 'NoSuchKey' });
      return { Body: { transformToString: async () => JSON.stringify(objects[Key]) } };
    });
  };

  it('is in its records', async () => {
    keep({ [keys.config]: pipeline, [keys.drop]: { ...dropRecord(), scoring } });
    expect((await readForm(target, batch)).dataset).toMatchObject({
      format: 'jsonl',
      id: 'customer',
      unlabelled: true,
    });
  });

  it('is refused without an id, and where the records are gone', async () => {
    const plain = pipelineSchema.parse(smallPipeline({ columns: { x: { role: 'feature', type: 'number' } } }));
    keep({ [keys.config]: plain, [keys.drop]: { ...dropRecord(), scoring } });
    await expect(readForm(target, batch)).rejects.toThrow('names no id: the columns file and line');
    keep({ [keys.config]: pipeline });
    await expect(readForm(target, batch)).rejects.toThrow('its scores keep their tokens');
  });
});
