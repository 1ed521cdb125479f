import { describe, expect, it } from 'vitest';
import type { TemplateResource } from '#src/cloud/service';
import { iamResources } from '#src/iam/resources';
import { createRoleStore } from '#src/iam/roles';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
/** A policy of about so many characters. */
const policyOf = (characters: number) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::b/${'x'.repeat(characters - 112)}` }],
});

const providers = () => iamResources(createRoleStore(), { accountId: '123456789012' });
const role = (properties: Record<string, unknown>): TemplateResource => ({
  logicalId: 'Worker',
  type: 'AWS::IAM::Role',
  stackName: 'shop',
  properties: { RoleName: 'worker', AssumeRolePolicyDocument: trust, ...properties },
});
const inline = (...sizes: number[]) => ({
  Policies: sizes.map((size, index) => ({ PolicyName: `p${index}`, PolicyDocument: policyOf(size) })),
});

describe('a role is refused', () => {
  it.each([
    ['with inline policies that are too large together', inline(6000, 6000), /inline policies of role worker have \d+/],
    ['with a name that is too long', { RoleName: 'r'.repeat(65) }, /must be 1 to 64 letters/],
    ['with sessions of a day', { MaxSessionDuration: 86_400 }, /MaxSessionDuration of role Worker/],
    [
      'with eleven managed policies',
      { ManagedPolicyArns: Array(11).fill('arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess') },
      /Role Worker has 11 managed policies/,
    ],
    [
      'with a trust policy of many accounts',
      {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: Array.from({ length: 20 }, (_, i) => ({ ...trust.Statement[0], Sid: `Statement${i}` })),
        },
      },
      /trust policy of role Worker has \d+ characters; IAM takes 2048/,
    ],
  ])('%s', async (_what, properties, message) => {
    await expect(providers()['AWS::IAM::Role']?.apply(role(properties))).rejects.toThrow(message);
  });

  it('with a further inline policy of its own resource that is too large beside the first', async () => {
    const iam = providers();
    await iam['AWS::IAM::Role']?.apply(role(inline(6000)));
    const further: TemplateResource = {
      logicalId: 'Further',
      type: 'AWS::IAM::Policy',
      stackName: 'shop',
      properties: { PolicyName: 'further', PolicyDocument: policyOf(6000), Roles: ['worker'] },
    };
    await expect(iam['AWS::IAM::Policy']?.apply(further)).rejects.toThrow(
      /Move statements into an AWS::IAM::ManagedPolicy/,
    );
  });
});

describe('a role is taken', () => {
  it('with what just fits, white space apart', async () => {
    const spaced = JSON.stringify(policyOf(10_000), undefined, 8);
    const fits = role({ Policies: [{ PolicyName: 'p', PolicyDocument: spaced }] });
    await expect(providers()['AWS::IAM::Role']?.apply(fits)).resolves.toMatchObject({ ref: 'worker' });
  });
});
