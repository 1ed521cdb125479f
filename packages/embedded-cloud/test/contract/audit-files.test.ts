import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { auditLines } from '#src/audit/log';
import { auditFiles } from '#src/contract/audit-files';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloud-contract-'));
  mkdirSync(join(folder, 'a', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'a', 'deep', 'audit.jsonl'), '{"operation":"One"}\n{"operation":"Two"}\n{"operat');
  writeFileSync(join(folder, 'a', 'audit.1.jsonl'), '{"operation":"Zero"}\n');
  writeFileSync(join(folder, 'a', 'cloud.jsonl'), '{"message":"not an audit log"}\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('finds the audit logs of a folder at any depth, rotated ones too, and accepts a file', () => {
  const named = join(folder, 'a', 'cloud.jsonl');
  expect(auditFiles([folder, named])).toEqual([
    join(folder, 'a', 'audit.1.jsonl'),
    join(folder, 'a', 'deep', 'audit.jsonl'),
    named,
  ]);
});

it('names a path that does not exist', () => {
  expect(() => auditFiles([join(folder, 'nowhere')])).toThrow(/nowhere does not exist: name audit logs/);
});

it('reads every line but one that was cut off', () => {
  const read = [...auditLines(join(folder, 'a', 'deep', 'audit.jsonl'))];
  expect(read.map(({ operation }) => operation)).toEqual(['One', 'Two']);
});
