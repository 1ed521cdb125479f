import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mostBodyBytes } from '#functions/use-cases/serve-predictions';
import { mostRows } from '#schemas/events/predict';
import { API_ERRORS } from '#schemas/events/prediction-api';

const page = readFileSync(join(import.meta.dirname, '../../docs/predict-api.md'), 'utf8');

it('the page of the prediction API lists every code with its status and meaning', () => {
  const rows = [...page.matchAll(/^\| (\d{3}) \| `([a-z-]+)` \| (.+) \|$/gm)].map(([, status, code, means]) => [
    code,
    { status: Number(status), means },
  ]);
  expect(Object.fromEntries(rows)).toEqual(API_ERRORS);
});

it('the page of the prediction API has the limits of a request', () => {
  const limit = `At most ${mostRows.toLocaleString('en')} rows and ${mostBodyBytes.toLocaleString('en')} bytes.`;
  expect(page).toContain(limit);
});
