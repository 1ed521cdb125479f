import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  type ProductionVariant,
  UpdateEndpointCommand,
  type UpdateEndpointCommandInput,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type InvokeEndpointCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { expect } from 'vitest';
import type { BusEvent } from '#src/cloud/service';
import { packDirectory } from '#src/sagemaker/storage/tar';
import { BUCKET, createModel, createTrainedModel, eventually, put, type World } from './support.ts';

/** One row that the test models take. */
export const ROW = '0.5,0.5,0,0';

/** Puts an artifact into S3 that is a tar.gz, but holds no model. */
const putBrokenModel = async (world: World): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'cloud-broken-'));
  writeFileSync(join(directory, 'model.json'), 'not a model');
  await packDirectory(directory, `${directory}.tar.gz`);
  await put(world, 'models/broken.tar.gz', readFileSync(`${directory}.tar.gz`));
  rmSync(directory, { recursive: true });
  rmSync(`${directory}.tar.gz`);
};

/** Short hands for what tests of endpoints do again and again. */
export const hostingOf = (world: World) => {
  const variant = (name: string, model: string, weight = 1): ProductionVariant => ({
    VariantName: name,
    ModelName: model,
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 2,
    InitialVariantWeight: weight,
  });
  const configure = (name: string, variants: ProductionVariant[], capture = false) =>
    world.sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: variants,
        ...(capture
          ? {
              DataCaptureConfig: {
                EnableCapture: true,
                InitialSamplingPercentage: 50,
                DestinationS3Uri: `s3://${BUCKET}/captures`,
                CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
                CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
              },
            }
          : {}),
      }),
    );
  const described = (name: string) => world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
  const settled = (name: string): Promise<DescribeEndpointCommandOutput> =>
    eventually(async () => {
      const endpoint = await described(name);
      return ['InService', 'Failed'].includes(endpoint.EndpointStatus ?? '') ? endpoint : undefined;
    });
  const create = async (name: string, config: string) => {
    await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: config }));
    return settled(name);
  };
  const update = (name: string, config: string, more: Partial<UpdateEndpointCommandInput> = {}) =>
    world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: config, ...more }));
  const invoke = async (name: string, more: Partial<InvokeEndpointCommandInput> = {}) => {
    const answer = await world.runtime.send(
      new InvokeEndpointCommand({ EndpointName: name, ContentType: 'text/csv', Body: ROW, ...more }),
    );
    return { ...answer, text: Buffer.from(answer.Body ?? []).toString() };
  };
  /** How many of so many requests the challenger answers: its answer is a whole number. */
  const challenged = async (name: string, requests: number): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: requests }, () => invoke(name)));
    return answers.filter(({ text }) => Number.isInteger(Number(text))).length;
  };
  /** Requests are spread evenly, not at random: a share is met to within two requests. */
  const expectQuarter = (found: number) => {
    expect(found).toBeGreaterThanOrEqual(8);
    expect(found).toBeLessThanOrEqual(12);
  };
  const eventsOf = (name: string, type: string) =>
    world.context.events.filter(
      (event) =>
        event['detail-type'] === `SageMaker Endpoint ${type} Change` && event.resources?.[0]?.endsWith(`/${name}`),
    );
  const statuses = (events: readonly BusEvent[]) =>
    events.map((event) => (event.detail as { EndpointStatus: string }).EndpointStatus);

  /** Models and configurations `champion`, `challenger` (recognised by its answers) and `broken` (never starts). */
  const prepare = async (): Promise<void> => {
    await createTrainedModel(world, 'champion');
    const data = `s3://${BUCKET}/models/champion/output/model.tar.gz`;
    await createModel(world, 'challenger', data, { SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label' });
    await putBrokenModel(world);
    await createModel(world, 'broken', `s3://${BUCKET}/models/broken.tar.gz`);
    for (const name of ['champion', 'challenger', 'broken']) await configure(name, [variant('AllTraffic', name)]);
  };

  return {
    prepare,
    variant,
    configure,
    described,
    settled,
    create,
    update,
    invoke,
    challenged,
    expectQuarter,
    eventsOf,
    statuses,
  };
};
