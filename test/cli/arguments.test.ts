import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { readText, requirePipeline, wholeNumber } from '../../cli/arguments.ts';

describe('arguments of the command line', () => {
  it('takes whole numbers within bounds', () => {
    expect(wholeNumber(1, 65_535)('8080')).toBe(8080);
  });

  it.each(['abc', '', ' ', '0', '65536', '1.5', '-1', 'NaN'])('refuses "%s" as a port', (text) => {
    expect(() => wholeNumber(1, 65_535)(text)).toThrow(InvalidArgumentError);
  });

  it('suggests the pipeline that was probably meant', () => {
    expect(() => requirePipeline('loan-default')).not.toThrow();
    expect(() => requirePipeline('loan-defualt')).toThrow('Did you mean "loan-default"?');
    expect(() => requirePipeline('zebra')).toThrow(/^No pipeline is named "zebra"\. There are: .*loan-default/);
  });

  it('names the file that cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-arguments-'));
    writeFileSync(join(folder, 'rows.json'), '[]');

    expect(readText(join(folder, 'rows.json'))).toBe('[]');
    expect(() => readText(join(folder, 'none.json'))).toThrow('none.json does not exist.');
    expect(() => readText(folder)).toThrow('is not a file.');
    rmSync(folder, { recursive: true });
  });
});
