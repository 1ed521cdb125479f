import type { Hub } from '#src/sagemaker/hub';

/** What SageMaker says of a model that answered with an error, or not at all (status 0). */
export const modelMessage = ({ cloud }: Hub, endpoint: string, status: number, message: string): string => {
  const { accountId, region } = cloud;
  const side = status >= 400 && status < 500 ? 'client' : 'server';
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  return (
    `Received ${side} error (${status}) from primary with message "${message}". ` +
    `See https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group} ` +
    `in account ${accountId} for more information.`
  );
};
