import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJsonLines } from '#src/cloud/jsonl';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jsonl-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function append(line: unknown): void {
  const file = openJsonLines(path, { maxBytes: 2 ** 20, keep: 1 });
  file.write(line);
  file.close();
}
const lines = () =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('a log of JSON lines', () => {
  it('continues where it ended', () => {
    append({ n: 1 });
    append({ n: 2 });
    expect(lines()).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it.each([10, 200_000])('loses the line of %i bytes that a killed process did not finish, and no other', (bytes) => {
    append({ n: 1 });
    appendFileSync(path, `{"torn":"${'x'.repeat(bytes)}`);
    append({ n: 2 });
    expect(lines()).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('starts again when its only line is incomplete', () => {
    writeFileSync(path, '{"torn":');
    append({ n: 1 });
    expect(lines()).toEqual([{ n: 1 }]);
  });
});
