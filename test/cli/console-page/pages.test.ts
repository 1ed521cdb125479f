import { fakeContext, servePages } from 'embedded-cloud/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConsolePage, pageParameters } from '#cli/console-page/pages';
import { consoleLink } from '#domain/notices/console-link';

const key = 'loan-default/runs/20260102-080000-bbbb/report.html';
const read: string[] = [];
let server: Awaited<ReturnType<typeof servePages>>;
let page: ReturnType<typeof createConsolePage>;

beforeEach(async () => {
  read.length = 0;
  page = createConsolePage();
  server = await servePages(await page.plugin.create(fakeContext('/nowhere')));
  page.connect('artifacts', async (bucket, wanted) => {
    read.push(`${bucket}/${wanted}`);
    return wanted === key ? '<h1>report</h1>' : undefined;
  });
});
afterEach(() => server.close());

const open = (bucket: string, wanted: string) =>
  fetch(consoleLink({ url: pageParameters(server.endpoint)['ConsoleUrl'] ?? '', region: 'r' }, bucket, wanted));

it('shows the report that a link in Slack names, and lets it load nothing', async () => {
  const response = await open('artifacts', key);
  expect([response.status, await response.text()]).toEqual([200, '<h1>report</h1>']);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
});

it.each([
  ['raw', key],
  ['artifacts', 'loan-default/runs/r1/transform.json'],
  ['artifacts', 'loan-default/runs/../../report.html'],
  ['artifacts', ''],
])('reads nothing else: %s/%s', async (bucket, wanted) => {
  expect((await open(bucket, wanted)).status).toBe(404);
  expect(read).toEqual([]);
});

it('has no page for a report that does not exist, before it is connected, or for another method', async () => {
  expect((await open('artifacts', key.replace('bbbb', 'cccc'))).status).toBe(404);
  expect((await fetch(`${server.endpoint}/_console/`, { method: 'POST' })).status).toBe(405);
  const early = createConsolePage();
  const other = await servePages(await early.plugin.create(fakeContext('/nowhere')));
  expect((await fetch(`${other.endpoint}/_console/s3/object/artifacts?prefix=${key}`)).status).toBe(404);
  await other.close();
});
