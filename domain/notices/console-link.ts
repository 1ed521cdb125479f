/** The console of a partition: its address, in which `{region}` stands for the region. */
export interface Console {
  readonly url: string;
  readonly region: string;
}

/**
 * Address of an object's page in the S3 console, where whoever may read the object can open it. (The console redirects
 * `…/s3/object/<bucket>?region=…&prefix=<key>` to a login where there is none.)
 */
export const consoleLink = ({ url, region }: Console, bucket: string, key: string): string =>
  `${url.replaceAll('{region}', region).replace(/\/$/, '')}/s3/object/${bucket}?${new URLSearchParams({ region, prefix: key })}`;
