import { expect, it } from 'vitest';
import { hideKeys } from '#src/audit/hidden-keys';
import type { AuditLine } from '#src/audit/log';

const line = (resource: string, input?: unknown, service = 's3'): AuditLine => ({
  time: '2026-01-01T00:00:00.000Z',
  requestId: 'r',
  caller: 'arn:aws:iam::123456789012:user/admin',
  service,
  operation: 'PutObject',
  authorization: [{ action: 's3:PutObject', resource, decision: 'allow' }],
  ...(input === undefined ? {} : { input }),
  status: 200,
  durationMs: 1,
});
const hide = (given: AuditLine) => hideKeys(given, (bucket) => bucket === 'raw');

it('has hashes in place of the keys of a bucket that hides them, the same for the same key', () => {
  const input = {
    Bucket: 'raw',
    Key: 'loan/jane/a.csv',
    Delete: { Objects: [{ Key: 'jane.csv' }] },
    Prefix: 'loan/jane',
  };
  const hidden = hide(line('arn:aws:s3:::raw/loan/jane/a.csv', input));
  expect(JSON.stringify(hidden)).not.toContain('jane');
  const key = hidden.authorization[0]?.resource.slice('arn:aws:s3:::raw/'.length);
  expect(key).toMatch(/^hidden-[0-9a-f]{16}$/);
  expect(hidden.input).toMatchObject({ Bucket: 'raw', Key: key });
});

it('keeps the first folder when it is a tool’s own, and the bucket itself', () => {
  const own = hide(line('arn:aws:s3:::raw/_lists/loan/jane.json', { Bucket: 'raw', Key: '_lists/loan/jane.json' }));
  expect(own.authorization[0]?.resource).toMatch(/^arn:aws:s3:::raw\/_lists\/hidden-[0-9a-f]{16}$/);
  expect(hide(line('arn:aws:s3:::raw', { Bucket: 'raw', Prefix: '' }))).toEqual(
    line('arn:aws:s3:::raw', { Bucket: 'raw', Prefix: '' }),
  );
});

it('hides the source of a copy', () => {
  const copied = hide(
    line('arn:aws:s3:::other/x', { Bucket: 'other', Key: 'x', CopySource: '/raw/jane.csv?versionId=1' }),
  );
  expect(JSON.stringify(copied)).not.toContain('jane');
  expect(copied.input).toMatchObject({ Key: 'x' });
});

it('changes nothing else', () => {
  for (const given of [
    line('arn:aws:s3:::other/loan/jane.csv', { Bucket: 'other', Key: 'loan/jane.csv', CopySource: 'other/y' }),
    line('arn:aws:dynamodb:eu-central-1:123456789012:table/raw', { Bucket: 'raw', Key: 'k' }, 'dynamodb'),
    line('*'),
  ])
    expect(hide(given)).toEqual(given);
});
