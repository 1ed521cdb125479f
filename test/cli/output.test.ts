import { afterEach, expect, it, vi } from 'vitest';
import { note, print, printJson, silenceNarration } from '#cli/output';

afterEach(() => vi.restoreAllMocks());

it('has nothing but one JSON document on standard output once narration is silenced', () => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  print('a line');
  note('a remark');
  expect(stdout).toHaveBeenCalledExactlyOnceWith('a line\n');
  expect(stderr).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('a remark\n'));

  silenceNarration();
  print('a line');
  note('a remark');
  printJson({ a: 1 });
  expect(stdout.mock.calls.slice(1)).toEqual([['{\n  "a": 1\n}\n']]);
  expect(stderr).toHaveBeenCalledOnce();
});
