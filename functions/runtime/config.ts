import * as z from 'zod';
import { ConfigurationError } from '#domain/errors';

/** The environment variables that functions may read, each with its schema. Schemas are built on use: most functions read few. */
const variables = {
  STAGE: () => z.string().min(1),
  RAW_BUCKET: () => z.string().min(3),
  CLEAN_BUCKET: () => z.string().min(3),
  ARTIFACTS_BUCKET: () => z.string().min(3),
  STATE_TABLE: () => z.string().min(3),
  ENDPOINT_TESTS_TABLE: () => z.string().min(3),
  APPROVALS_TABLE: () => z.string().min(3),
  MODEL_PACKAGES: () => z.string().startsWith('arn:'),
  SLACK_SIGNING_SECRET: () => z.string().min(1),
  SLACK_APPROVERS: () => z.string(),
  RECORD_DECISION_MACHINE_ARN: () => z.string().startsWith('arn:'),
  TOKEN_KEY_SECRET: () => z.string().min(1),
  SLACK_TOKEN_SECRET: () => z.string().min(1),
  MLFLOW_SECRET: () => z.string().min(1),
  SLACK_API_URL: () => z.url(),
  SLACK_DEFAULT_CHANNEL: () => z.string().min(1),
  CONSOLE_URL: () => z.string().regex(/^https?:\/\//, 'an http or https address'),
  AWS_REGION: () => z.string().min(1),
  TRAINING_ROLE_ARN: () => z.string().startsWith('arn:'),
  SERVING_ROLE_ARN: () => z.string().startsWith('arn:'),
  TRAINING_IMAGES: () => z.string().min(1),
  CLEAN_KEY_ARN: () => z.string().startsWith('arn:'),
  ARTIFACTS_KEY_ARN: () => z.string().startsWith('arn:'),
  CHALLENGE_MACHINE_ARN: () => z.string().startsWith('arn:'),
  DEPLOY_MACHINE_ARN: () => z.string().startsWith('arn:'),
  RETRAIN_MACHINE_ARN: () => z.string().startsWith('arn:'),
  SEND_WAITING_MACHINE_ARN: () => z.string().startsWith('arn:'),
  LOG_RETENTION_DAYS: () => z.string().regex(/^\d+$/, 'a number of days'),
  COSTS: () => z.string().min(2),
  GIT_COMMIT: () => z.string().min(1),
  LAMBDA_TASK_ROOT: () => z.string().min(1),
} as const;

export type Variable = keyof typeof variables;
export type Config<V extends Variable> = { readonly [K in V]: string };

/**
 * Reads the named environment variables once, at the start of a function.
 *
 * @throws ConfigurationError naming every variable that is missing or malformed.
 */
export function readConfig<const V extends Variable>(
  names: readonly V[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config<V> {
  const problems: string[] = [];
  const config: Record<string, string> = {};
  for (const name of names) {
    const parsed = variables[name]().safeParse(env[name]);
    if (parsed.success) config[name] = parsed.data;
    else problems.push(env[name] === undefined ? `${name} is not set` : `${name}: ${parsed.error.issues[0]?.message}`);
  }
  if (problems.length > 0) {
    throw new ConfigurationError(`Environment of the function: ${problems.join('; ')}. Set it in serverless.yml.`);
  }
  return config as Config<V>;
}
