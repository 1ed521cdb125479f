import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditedInput, leftOutBytes, leftOutText, readLeftOut, withoutLongTexts } from '#src/cloud/left-out';

describe('the input of a request in the audit log', () => {
  it('keeps keys, names and expressions of an item, but not its values', () => {
    const input = {
      TableName: 'loans',
      Key: { id: { S: 'loan-1' } },
      UpdateExpression: 'SET #n = :n',
      ExpressionAttributeNames: { '#n': 'name' },
      ExpressionAttributeValues: { ':n': { S: 'Ann Smith' }, ':b': { BOOL: true }, ':l': { L: [{ N: '7' }] } },
    };
    expect(auditedInput('dynamodb', input)).toEqual({
      ...input,
      ExpressionAttributeValues: {
        ':n': { S: '<left out: 9 characters>' },
        ':b': { BOOL: '<left out: boolean>' },
        ':l': { L: [{ N: '<left out: 1 characters>' }] },
      },
    });
  });

  it('has no value of an item, whatever the item', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.record({ S: fc.stringMatching(/^personal [a-z]{3,9}$/) }),
        fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
        fc.record({ M: fc.dictionary(fc.constantFrom('a', 'b'), tie('value')) }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('x', 'y'), value), (Item) => {
        const kept = JSON.stringify(auditedInput('dynamodb', { TableName: 't', Item }));
        expect(kept).not.toContain('personal');
        const written = { RequestItems: { t: [{ PutRequest: { Item } }] } };
        expect(JSON.stringify(auditedInput('dynamodb', written))).not.toContain('personal');
      }),
    );
  });

  it.each([
    ['sagemaker', { ModelPackageGroupName: 'g', ModelCard: { ModelCardContent: '{"owner":"ann@example.com"}' } }],
    ['states', { stateMachineArn: 'arn', input: '{"email":"ann@example.com"}' }],
    ['events', { Entries: [{ Source: 'app', Detail: '{"email":"ann@example.com"}' }] }],
    ['sqs', { QueueUrl: 'url', MessageBody: 'ann@example.com' }],
    ['secretsmanager', { SecretId: 's', SecretString: 'ann@example.com' }],
    ['kms', { KeyId: 'k', Plaintext: 'ann@example.com' }],
    ['s3', { Bucket: 'b', Key: 'k', Metadata: { owner: 'ann@example.com' } }],
  ])('of %s leaves out what may be personal', (service, input) => {
    expect(JSON.stringify(auditedInput(service, input))).not.toContain('ann@');
  });

  it('keeps the length of left-out values', () => {
    expect(readLeftOut(leftOutText('abc'))).toEqual({ length: 3 });
    expect(readLeftOut(leftOutBytes(12))).toEqual({ length: 12 });
    expect(readLeftOut('<left out: boolean>')).toEqual({});
    expect(readLeftOut('abc')).toBeUndefined();
  });

  it('loses its long texts first when it is too long', () => {
    expect(withoutLongTexts({ short: 'a', long: ['b'.repeat(600)], number: 1 })).toEqual({
      short: 'a',
      long: ['<left out: 600 characters>'],
      number: 1,
    });
  });
});
