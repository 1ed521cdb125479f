import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../containers/xgboost', import.meta.url));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
/** Requirements with what follows them on continued lines. */
const requirementsOf = (name: string): string[] =>
  read(name)
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[a-z]/.test(line));

describe('the container of XGBoost', () => {
  it.each(['requirements.txt', 'requirements-parquet.txt'])('has exact versions with hashes in %s', (name) => {
    const requirements = requirementsOf(name);
    expect(requirements.length).toBeGreaterThan(0);
    for (const requirement of requirements) expect(requirement).toMatch(/^[\w-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}/);
  });

  it('has a version of everything that requirements.in asks for', () => {
    const locked = requirementsOf('requirements.txt').map((line) => line.split('==')[0]);
    const wanted = requirementsOf('requirements.in').map((line) => /^[\w-]+/.exec(line)?.[0]);
    expect(locked).toEqual(expect.arrayContaining(wanted));
    for (const line of requirementsOf('requirements.in').filter((each) => each.includes('==')))
      expect(read('requirements.txt')).toContain(line.split(' ')[0]);
  });

  it('is built from a base image by digest, and installs nothing without a hash', () => {
    const dockerfile = read('Dockerfile');
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    for (const [install] of dockerfile.matchAll(/pip install [^\n]*/g)) expect(install).toContain('--require-hashes');
  });
});
