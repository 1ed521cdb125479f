import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../functions/', import.meta.url));
const handlers = readdirSync(folder).filter((file) => file.endsWith('.ts'));

describe.each(handlers)('%s', (file) => {
  const text = readFileSync(folder + file, 'utf8').trimEnd();

  it('is shorter than 60 lines', () => {
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('ends with its handler in the middleware', () => {
    const [last = ''] = text.split(/\n(?=(?:export|const|let|type|interface|async|function|\/\*\*) ?)/).slice(-1);

    expect(last).toMatch(/^export const handler = withMiddleware\(/);
  });
});
