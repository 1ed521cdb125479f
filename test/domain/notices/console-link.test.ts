import fc from 'fast-check';
import { expect, it } from 'vitest';
import { consoleLink, executionLink, sageMakerLink } from '#domain/notices/console-link';

it('leads to the object in the S3 console of the region', () => {
  const url = 'https://{region}.console.aws.amazon.com';
  expect(consoleLink({ url, region: 'eu-central-1' }, 'artifacts', 'loan/runs/r1/report.html')).toBe(
    'https://eu-central-1.console.aws.amazon.com/s3/object/artifacts?region=eu-central-1&prefix=loan%2Fruns%2Fr1%2Freport.html',
  );
});

it('leads to jobs, endpoints and executions too', () => {
  const console = { url: 'https://{region}.console.aws.amazon.com/', region: 'eu-central-1' };
  const arn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-deploy:e1';

  expect(sageMakerLink(console, 'jobs', 'tidegate-dev-loan-r1')).toBe(
    'https://eu-central-1.console.aws.amazon.com/sagemaker/home?region=eu-central-1#/jobs/tidegate-dev-loan-r1',
  );
  expect(sageMakerLink(console, 'endpoints', 'tidegate-dev-loan')).toMatch(/#\/endpoints\/tidegate-dev-loan$/);
  expect(executionLink(console, arn)).toBe(
    `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${arn}`,
  );
});

it('keeps any key whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      const link = new URL(consoleLink({ url: 'http://127.0.0.1:4000/_console/', region: 'r' }, 'b', key));
      expect(link.pathname).toBe('/_console/s3/object/b');
      expect(link.searchParams.get('prefix')).toBe(key.toWellFormed());
    }),
  );
});
