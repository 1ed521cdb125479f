import { leftOutBytes, leftOutText } from '#src/cloud/left-out';
import { AwsError, type ServiceRequest } from '#src/cloud/service';

/** Headers of the runtime API that are members of the request (service model of sagemaker-runtime, 2017-05-13). */
const MEMBERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  accept: 'Accept',
  'x-amzn-sagemaker-enable-explanations': 'EnableExplanations',
  'x-amzn-sagemaker-inference-component': 'InferenceComponentName',
  'x-amzn-sagemaker-inference-id': 'InferenceId',
  'x-amzn-sagemaker-prefix-aware-id': 'PrefixAwareId',
  'x-amzn-sagemaker-session-id': 'SessionId',
  'x-amzn-sagemaker-target-container-hostname': 'TargetContainerHostname',
  'x-amzn-sagemaker-target-model': 'TargetModel',
  'x-amzn-sagemaker-target-variant': 'TargetVariant',
};

/** Members that choose what a multi-model, multi-container or component endpoint does: none is emulated. */
const NOT_READ = [
  ...[
    'x-amzn-sagemaker-enable-explanations',
    'x-amzn-sagemaker-inference-component',
    'x-amzn-sagemaker-prefix-aware-id',
  ],
  ...['x-amzn-sagemaker-session-id', 'x-amzn-sagemaker-target-container-hostname', 'x-amzn-sagemaker-target-model'],
];

/** @throws AwsError ValidationError for an option that would be dropped without a word */
export const refuseUnread = ({ headers }: ServiceRequest): void => {
  const unread = NOT_READ.find((header) => headers[header] !== undefined);
  if (unread === undefined) return;
  throw new AwsError(
    'ValidationError',
    `InvokeEndpoint: the embedded cloud does not support ${MEMBERS[unread] ?? unread}. Leave it out.`,
  );
};

/** The members of a request, without its body. */
export const invocationMembers = (endpoint: string, { headers }: ServiceRequest): Record<string, string> => ({
  EndpointName: endpoint,
  ...Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([header, member]) => {
      const value = headers[header];
      return value === undefined ? [] : [[member, value]];
    }),
  ),
  ...(headers['x-amzn-sagemaker-custom-attributes'] === undefined
    ? {}
    : { CustomAttributes: leftOutText(headers['x-amzn-sagemaker-custom-attributes']) }),
  Body: leftOutBytes(Number(headers['content-length'] ?? 0)),
});
