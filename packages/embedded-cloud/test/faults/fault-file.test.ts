import { describe, expect, it } from 'vitest';
import { FaultFileError, parseFaultFile, whereText } from '#src/faults/fault-file';
import { chatApi } from './chat-api.ts';

const problems = async (text: string): Promise<string[]> => {
  const error = await parseFaultFile(text, 'bad.yml', [chatApi]).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(FaultFileError);
  return (error as FaultFileError).message.split('\n').map((line) => line.trim());
};

describe('a fault file', () => {
  it('has defaults for what is left out', async () => {
    const { seed, faults } = await parseFaultFile('faults: [{ fault: timeout, service: s3, nth: 2 }]', 'f.yml');
    expect(seed).toBe(1);
    expect(faults).toEqual([
      { fault: 'timeout', service: 's3', operation: ['*'], caller: 'roles', nth: [2], seconds: 60, done: false },
    ]);
  });

  it('with a misspelt fault gets the line, the path and the nearest name', async () => {
    const [count, problem] = await problems('seed: 1\nfaults:\n  - fault: throtle\n    service: s3\n');
    expect(count).toBe('bad.yml has one problem:');
    expect(problem).toMatch(
      /^bad\.yml:3:12 faults\[0\]\.fault: found "throtle"; allowed: throttle, server-error, .* Did you mean throttle\?$/,
    );
  });

  it('with a misspelt setting or service gets the nearest name', async () => {
    expect(await problems('faults:\n  - { fault: slow, service: dynamo, second: 3 }\n')).toEqual([
      'bad.yml has 2 problems:',
      expect.stringMatching(/^bad\.yml:2:29 faults\[0\]\.service: found "dynamo"; allowed: /),
      'bad.yml:2:37 faults[0].second: not a known setting. Did you mean seconds?',
    ]);
  });

  it('with an unknown operation gets the nearest name, at its line', async () => {
    const text =
      'faults:\n  - fault: reset\n    service: s3\n    operation: [Put*, GetObjct]\n  - fault: slow\n    service: chat\n    operation: message.post\n';
    expect(await problems(text)).toEqual([
      'bad.yml has 2 problems:',
      'bad.yml:4:16 faults[0].operation: s3 has no operation "GetObjct". Did you mean GetObject?',
      'bad.yml:7:16 faults[1].operation: chat has no operation "message.post". Did you mean messages.post?',
    ]);
  });

  it('has one way only to set when a fault is due', async () => {
    expect(await problems('faults:\n  - { fault: reset, service: s3, nth: 1, rate: 0.5 }\n')).toContainEqual(
      expect.stringContaining('faults[0].rate: a rule has at most one of nth, rate.'),
    );
    expect(await problems('faults:\n  - { fault: reset, service: s3, from: 5, until: 4 }\n')).toContainEqual(
      expect.stringContaining('faults[0].until: it lies before from, 5.'),
    );
  });

  it.each([
    ['{ fault: throttle, service: s3 }', 's3:*'],
    ['{ fault: slow, service: s3, operation: [Get*, Put*], role: A, resource: "*/x/*" }', 's3:Get*|Put* by A on */x/*'],
    ['{ fault: reset, service: chat, caller: anyone }', 'chat:* by anyone'],
    ['{ fault: lambda-init, function: [A, B] }', 'function A|B'],
    ['{ fault: capacity }', 'any job'],
    ['{ fault: capacity, job: endpoint, named: loan* }', 'endpoint loan*'],
    ['{ fault: job-failure, job: transform }', 'transform job'],
    ['{ fault: endpoint-failure, named: loan* }', 'endpoint loan*'],
    ['{ fault: event-lost, source: aws.s3, detailType: Object *, rule: Drop }', 'events of aws.s3 "Object *" to Drop'],
  ])('describes in a few words what %s applies to', async (rule, where) => {
    const { faults } = await parseFaultFile(`faults:\n  - ${rule}\n`, 'f.yml', [chatApi]);
    expect(faults.map(whereText)).toEqual([where]);
  });

  it('has a setting only for the faults that use it', async () => {
    expect((await problems('faults:\n  - { fault: lambda-init, handler: done }\n'))[1]).toMatch(
      /handler: not a known setting/,
    );
    expect((await problems('faults:\n  - { fault: reset, service: s3, function: a }\n'))[1]).toMatch(
      /function: not a known setting/,
    );
    expect((await problems('faults:\n  - { fault: reset, service: s3, role: a, caller: administrator }\n'))[1]).toMatch(
      /role: the administrator has no role/,
    );
  });

  it('has no two rules of one name', async () => {
    expect(
      await problems('faults:\n  - { name: a, fault: lambda-init }\n  - { name: a, fault: lambda-crash }\n'),
    ).toContainEqual('bad.yml:3:13 faults[1].name: faults[0] is named "a" too.');
  });

  it('is not empty, and is YAML', async () => {
    expect(await problems('')).toContainEqual('bad.yml:1:1 the file is empty; it must list faults');
    expect((await problems('faults: ['))[1]).toContain('not valid YAML');
    expect((await problems('faults: []\n'))[1]).toContain('must be at least 1 entries long');
  });
});
