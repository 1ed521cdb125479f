import { describe, expect, it } from 'vitest';
import { trackingSchema } from '#domain/tracking/settings';

const problemsOf = (mlflow: object): string[] =>
  (trackingSchema.safeParse({ mlflow }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('tracking.mlflow', () => {
  it('takes an address with a path, an experiment and a model', () => {
    const mlflow = { uri: 'https://ml.example.com/mlflow', experiment: 'Loans 2026', model: 'loans.v2' };
    expect(trackingSchema.parse({ mlflow })).toEqual({ mlflow });
    expect(trackingSchema.parse({ mlflow: { uri: 'http://127.0.0.1:5000' } })).toEqual({
      mlflow: { uri: 'http://127.0.0.1:5000' },
    });
  });

  it.each([
    [{ uri: 'databricks' }, 'mlflow.uri: an http or https address'],
    [{ uri: 'arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/x' }, 'mlflow.uri: an http or https'],
    [{ uri: 'https://ann:secret@ml.example.com' }, 'put them into the secret tidegate/<stage>/mlflow'],
    [{ uri: 'https://ml.example.com/?x=1' }, 'without ? or #'],
    [{ uri: 'https://ml.example.com/#x' }, 'without ? or #'],
    [{ uri: 'https://ml.example.com', experiment: "a' OR '1" }, 'mlflow.experiment: letters, digits'],
    [{ uri: 'https://ml.example.com', model: 'a/b' }, 'mlflow.model: letters, digits'],
    [{}, 'mlflow.uri: '],
  ])('refuses %j', (mlflow, message) => {
    expect(problemsOf(mlflow)).toEqual([expect.stringContaining(message)]);
  });
});
