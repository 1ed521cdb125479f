import { type Console, consoleLink, executionLink, sageMakerLink } from '#domain/notices/console-link';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { See } from '#schemas/why';
import type { Target } from '../target.ts';

/** Where to see more of what a target has: commands, pages of its console, places in S3. */
export interface Places {
  /** A command line of this target. */
  command(text: string): string;
  report(run: RunPointer): See;
  artifact(key: string): See;
  trainingJob(name: string): See;
  endpoint(name: string): See;
  execution(arn: string): See;
}

/**
 * The places of a target. On AWS there is a page for each; the embedded cloud has pages for reports alone, as links in Slack lead to.
 */
export function placesOf({
  kind,
  stage,
  region,
  outputs,
}: Pick<Target, 'kind' | 'stage' | 'region' | 'outputs'>): Places {
  const { ConsoleUrl: url, ArtifactsBucketName: bucket } = outputs;
  const console: Console | undefined = url === undefined ? undefined : { url, region };
  const command = (text: string): string => `npx tidegate ${text}${kind === 'aws' ? ` --stage ${stage}` : ''}`;
  /** A page that only the console of AWS has. */
  const page = (link: (console: Console) => string): See => (console && kind === 'aws' ? { url: link(console) } : {});
  return {
    command,
    report(run) {
      const see = { command: command(`report ${run.runId}`) };
      return console ? { ...see, url: consoleLink(console, bucket, artifactKeys(run).report) } : see;
    },
    artifact: (key) => ({ uri: `s3://${bucket}/${key}`, ...page((of) => consoleLink(of, bucket, key)) }),
    trainingJob: (name) => page((of) => sageMakerLink(of, 'jobs', name)),
    endpoint: (name) => page((of) => sageMakerLink(of, 'endpoints', name)),
    execution: (arn) => page((of) => executionLink(of, arn)),
  };
}
