/** The console of a partition: its address, in which `{region}` stands for the region. */
export interface Console {
  readonly url: string;
  readonly region: string;
}

const address = ({ url, region }: Console): string => url.replaceAll('{region}', region).replace(/\/$/, '');

/**
 * Address of an object's page in the S3 console, where whoever may read the object can open it. (The console redirects
 * `…/s3/object/<bucket>?region=…&prefix=<key>` to a login where there is none.)
 */
export const consoleLink = (console: Console, bucket: string, key: string): string =>
  `${address(console)}/s3/object/${bucket}?${new URLSearchParams({ region: console.region, prefix: key })}`;

/** Address of a training job's or an endpoint's page in the SageMaker console. */
export const sageMakerLink = (console: Console, kind: 'jobs' | 'endpoints', name: string): string =>
  `${address(console)}/sagemaker/home?${new URLSearchParams({ region: console.region })}#/${kind}/${encodeURIComponent(name)}`;

/** Address of an execution's page in the Step Functions console. */
export const executionLink = (console: Console, executionArn: string): string =>
  `${address(console)}/states/home?${new URLSearchParams({ region: console.region })}#/v2/executions/details/${executionArn}`;
