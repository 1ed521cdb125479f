import * as z from 'zod';

/** MLflow takes names of experiments and models of this kind in every store; a colon and a slash are refused by some. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,199}$/, 'letters, digits, blanks and _ . -, 200 at most');

const address = z
  .url({ protocol: /^https?$/, error: 'an http or https address, as https://mlflow.example.com' })
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
    error: 'no user or password here: put them into the secret tidegate/<stage>/mlflow (docs/records.md, "MLflow")',
  })
  .refine((text) => !URL.canParse(text) || (new URL(text).search === '' && new URL(text).hash === ''), {
    error: 'the address of the server alone, without ? or #',
  });

/** `tracking`: where runs are logged too. */
export const trackingSchema = z
  .strictObject({
    mlflow: z
      .strictObject({
        uri: address.meta({
          description:
            'The address of an MLflow tracking server, as `MLFLOW_TRACKING_URI`. The function that logs must reach it.',
          examples: ['https://mlflow.example.com'],
        }),
        experiment: name.optional().meta({
          description: 'The experiment that holds the runs. Without it: the name of the pipeline.',
          examples: ['Churn'],
        }),
        model: name.optional().meta({
          description:
            'The registered model whose versions are the models that passed their gates. Without it: the name of the model package group, `tidegate-<stage>-<pipeline>`.',
          examples: ['churn'],
        }),
      })
      .meta({
        description:
          'An MLflow tracking server. Every run that ends is logged there too, and its aliases `champion` and `challenger` follow deployments. See [MLflow](records.md#mlflow).',
        examples: [{ uri: 'https://mlflow.example.com', experiment: 'Churn' }],
      })
      .optional(),
  })
  .describe('Where runs are logged too, beside the records of Tidegate.');
export type TrackingSettings = z.infer<typeof trackingSchema>;
