import type { ServerResponse } from 'node:http';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CloudContext } from 'embedded-cloud';
import { answerJson, type PagePlugin } from 'embedded-cloud/pages';

/** Reads an object as text; undefined when it does not exist. */
export type ReadObject = (bucket: string, key: string) => Promise<string | undefined>;

/** Reads objects with an S3 client. */
export const objectReader =
  (s3: Pick<S3Client, 'send'>): ReadObject =>
  async (Bucket, Key) => {
    try {
      return await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  };

/** The console's stand-in: a page plug-in, and the reader that is known only when the cloud is up. */
export interface ConsolePage {
  readonly plugin: PagePlugin;
  /** From now on reports are read from this bucket. */
  connect(artifactsBucket: string, read: ReadObject): void;
}

/** Pages need no signature, so they show reports alone: figures about models and data, no rows. */
const reportKey = /^[a-z0-9-]+\/runs\/[A-Za-z0-9-]+\/(report|data)\.html$/;

const headers = {
  'cache-control': 'no-cache',
  'content-type': 'text/html; charset=utf-8',
  // the report brings a stricter policy of its own
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function answerReport(response: ServerResponse, report: string | undefined): void {
  if (report === undefined) answerJson(response, 404, { error: 'not_found' });
  else response.writeHead(200, headers).end(report);
}

/**
 * What links in Slack lead to on this machine, where the S3 console is on AWS: `GET /_console/s3/object/<bucket>?prefix=<key>` shows
 * a report of the artifacts bucket, and no other object.
 */
export function createConsolePage(): ConsolePage {
  let source: { readonly bucket: string; readonly read: ReadObject } | undefined;
  const plugin: PagePlugin = {
    create: (_context: CloudContext) => ({
      prefix: '/_console/',
      async handle(request, response) {
        if (request.method !== 'GET' && request.method !== 'HEAD')
          return answerJson(response, 405, { error: 'method_not_allowed' });
        const url = new URL(request.url ?? '/', 'http://localhost');
        const key = url.searchParams.get('prefix') ?? '';
        const isReport = source && url.pathname === `/_console/s3/object/${source.bucket}` && reportKey.test(key);
        answerReport(response, source && isReport ? await source.read(source.bucket, key) : undefined);
      },
    }),
  };
  return {
    plugin,
    connect(bucket, read) {
      source = { bucket, read };
    },
  };
}

/** Names of files in the raw bucket may be personal: the audit log has hashes in their place. */
export const isRawBucket = (bucket: string): boolean => /^tidegate-[a-z]+-raw-/.test(bucket);

/** The parameters of the template that point its functions to the pages of this machine. */
export const pageParameters = (endpoint: string): Record<string, string> => ({
  SlackApiUrl: `${endpoint}/_slack/api/`,
  ConsoleUrl: `${endpoint}/_console`,
});
