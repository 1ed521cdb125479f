/** CloudFormation in TypeScript: just enough to write roles without boilerplate. */

export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

export interface Resource {
  readonly Type: string;
  readonly Properties: { readonly [key: string]: Value };
  readonly DependsOn?: string;
  readonly Metadata?: { readonly [key: string]: Value };
  readonly DeletionPolicy?: 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Retain';
}

/** `Fn::Sub`: `${AWS::Region}` and `${LogicalId}` are replaced. */
export const sub = (text: string): Value => ({ 'Fn::Sub': text });
export const getAtt = (logicalId: string, attribute: string): Value => ({ 'Fn::GetAtt': [logicalId, attribute] });
export const ref = (logicalId: string): Value => ({ Ref: logicalId });

/** An Allow statement of a policy. */
export interface Allow {
  readonly actions: readonly string[];
  readonly on: readonly Value[];
  readonly when?: { readonly [operator: string]: { readonly [key: string]: Value } };
}

export const allow = (
  actions: readonly string[] | string,
  on: Value | readonly Value[],
  when?: Allow['when'],
): Allow => ({
  actions: typeof actions === 'string' ? [actions] : actions,
  on: (Array.isArray(on) ? on : [on]) as readonly Value[],
  ...(when ? { when } : {}),
});

/**
 * A role that one service may assume, with one inline policy. It has no name: names of roles are unique in an account over all
 * regions (IAM User Guide, "IAM and AWS STS quotas"), so a fixed name would allow a stage in one region alone.
 */
export function role(service: string, statements: readonly Allow[]): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: service },
            Action: 'sts:AssumeRole',
            ...(service === 'sagemaker.amazonaws.com' || service === 'lambda.amazonaws.com'
              ? {}
              : { Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } } }),
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'least-privilege',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: statements.map(({ actions, on, when }) => ({
              Effect: 'Allow',
              Action: [...actions],
              Resource: [...on],
              ...(when ? { Condition: when } : {}),
            })),
          },
        },
      ],
    },
  };
}
