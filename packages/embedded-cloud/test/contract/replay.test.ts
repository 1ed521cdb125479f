import { describe, expect, it } from 'vitest';
import type { AuditLine } from '#src/audit/log';
import { auditedInput } from '#src/cloud/left-out';
import { judge } from '#src/contract/replay';
import { Report } from '#src/contract/report';
import type { ServiceModel } from '#src/service-model/model';

const secrets: ServiceModel = {
  metadata: { apiVersion: '2017-10-17', protocol: 'json', endpointPrefix: 'secretsmanager' },
  operations: { PutSecretValue: { input: { shape: 'Request' } }, GetRandomPassword: {} },
  shapes: {
    Request: {
      type: 'structure',
      required: ['SecretId'],
      members: { SecretId: { shape: 'Id' }, SecretString: { shape: 'Secret' } },
    },
    Id: { type: 'string', min: 1, max: 8 },
    Secret: { type: 'string', max: 20, sensitive: true },
  },
};
const models = {
  find: (service: string, operation: string) =>
    service === 'secretsmanager' && Object.hasOwn(secrets.operations, operation) ? secrets : undefined,
};
const line = (input: unknown, other: Partial<AuditLine> = {}): AuditLine => ({
  time: '2026-01-01T00:00:00Z',
  requestId: 'r',
  caller: 'arn:aws:sts::123456789012:assumed-role/worker/session',
  role: 'WorkerRole',
  service: 'secretsmanager',
  operation: 'PutSecretValue',
  authorization: [],
  status: 200,
  durationMs: 1,
  input,
  ...other,
});

describe('a line of the audit log', () => {
  it('is valid when its input is, left-out values included', () => {
    const input = auditedInput('secretsmanager', { SecretId: 'a', SecretString: 'confidential' });
    expect(input).toEqual({ SecretId: 'a', SecretString: '<left out: 12 characters>' });
    expect(judge(line(input), models)).toEqual({ kind: 'valid' });
  });

  it('is invalid when AWS would refuse the request, with place and reason', () => {
    expect(judge(line({ SecretId: 'far too long' }), models)).toEqual({
      kind: 'invalid',
      faults: ['SecretId: Member must have length less than or equal to 8'],
    });
    expect(judge(line({ SecretId: 'a', SecretString: '<left out: 21 characters>' }), models)).toMatchObject({
      kind: 'invalid',
    });
  });

  it('is invalid when it shows what AWS marks as sensitive', () => {
    expect(judge(line({ SecretId: 'a', SecretString: 'confidential' }), models)).toEqual({
      kind: 'invalid',
      faults: ['SecretString: AWS marks this as sensitive: it must not be written down'],
    });
  });

  it('is counted separately when the embedded cloud also refused the request as invalid, but not when it refused for another reason', () => {
    const refused = { status: 400, errorCode: 'ValidationException' };
    expect(judge(line({}, refused), models)).toMatchObject({ kind: 'refused' });
    expect(judge(line({}, { status: 400, errorCode: 'ThrottlingException' }), models)).toMatchObject({
      kind: 'invalid',
    });
    expect(judge(line({}, { status: 500, errorCode: 'ValidationException' }), models)).toMatchObject({
      kind: 'invalid',
    });
  });

  it('is valid where the documentation of AWS allows more than its model, and only there', () => {
    const bodies: ServiceModel = {
      ...secrets,
      operations: {
        InvokeEndpoint: { input: { shape: 'Request' } },
        InvokeEndpointAsync: { input: { shape: 'Request' } },
      },
      shapes: {
        Request: { type: 'structure', members: { Body: { shape: 'Text' }, Name: { shape: 'Text' } } },
        Text: { type: 'string', max: 4 },
      },
    };
    const judged = (input: object, operation = 'InvokeEndpoint') =>
      judge(line(input, { service: 'sagemaker', operation }), { find: () => bodies })?.kind;
    expect(judged({ Body: 'longer' })).toBe('valid');
    expect(judged({ Name: 'longer' })).toBe('invalid');
    expect(judged({ Body: 'longer' }, 'InvokeEndpointAsync')).toBe('invalid');
  });

  it('is invalid when AWS has no such operation, or the operation no such input', () => {
    expect(judge(line({}, { operation: 'ReadSecret' }), models)).toMatchObject({ kind: 'invalid' });
    expect(judge(line({ Length: 8 }, { operation: 'GetRandomPassword' }), models)).toEqual({
      kind: 'invalid',
      faults: ['Length: the operation takes no input'],
    });
  });

  it('is invalid without an input, unless it was no request at all', () => {
    expect(judge(line(undefined), models)).toMatchObject({ kind: 'invalid' });
    expect(judge(line(undefined, { operation: 'SendTraces' }), models)).toBeUndefined();
  });

  it('is not checked when its input was too long to keep', () => {
    expect(judge(line({ leftOut: 'input of 20000 characters' }), models)).toMatchObject({ kind: 'unchecked' });
  });
});

describe('the report', () => {
  it('counts by operation and gathers equal faults', () => {
    const report = new Report();
    for (const input of [{ SecretId: 'a' }, {}, {}, { leftOut: 'input of 20000 characters' }]) {
      const verdict = judge(line(input), models);
      if (verdict) report.add(line(input), verdict, 'audit.jsonl');
    }
    expect([report.total('valid'), report.total('invalid'), report.total('unchecked')]).toEqual([1, 2, 1]);
    expect(report.lines()).toEqual([
      expect.stringMatching(
        /^secretsmanager PutSecretValue +4 {2}2 invalid, 1 not checked: input too long for the log$/,
      ),
      '    2 × SecretId: Member must not be null\n      first by WorkerRole, audit.jsonl',
    ]);
  });
});
