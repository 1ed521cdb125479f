import type { RequestMembers } from '#src/cloud/request-members';

/** What Lambda acts on. */
export const lambdaMembers: RequestMembers = {
  model: 'lambda',
  refusal: ['InvalidParameterValueException', 400],
  reads: {
    GetFunction: 'FunctionName Qualifier',
    GetFunctionConfiguration: 'FunctionName Qualifier',
    Invoke: 'FunctionName InvocationType LogType Payload Qualifier',
    ListFunctions: 'Marker MaxItems',
  },
};
