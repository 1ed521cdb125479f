import type { CloudWatch } from '#src/cloudwatch/service';
import type { Hub } from '#src/sagemaker/hub';

/** One invocation as CloudWatch counts it. */
export interface MeasuredInvocation {
  readonly endpoint: string;
  readonly variant: string;
  readonly configName: string;
  /** What the model answered; undefined when it gave no answer. */
  readonly status: number | undefined;
  /** Microseconds the model took. */
  readonly modelLatency: number;
  /** Microseconds spent around it; not measured for a queued one. */
  readonly overheadLatency?: number;
  /** Microseconds it took to start a serverless variant; undefined when it was warm. */
  readonly setupTime?: number | undefined;
  /** It came from the queue of an asynchronous endpoint. */
  readonly queued?: true;
}

/**
 * Puts the invocation metrics of `AWS/SageMaker` (developer guide, "Endpoint invocation metrics"): once for the endpoint's
 * variant, and once with EndpointConfigName too, by which an alarm separates the new fleet of a deployment from the old one.
 * Latencies are in microseconds; the error counts are 0 for a success, so that an average is a rate. Asynchronous endpoints publish
 * neither `Invocations` nor `OverheadLatency` ("Alarms and logs for tracking metrics from asynchronous endpoints").
 */
export const measureInvocation = (hub: Hub, invocation: MeasuredInvocation): void => {
  const {
    endpoint,
    variant,
    configName,
    status = 500,
    modelLatency,
    overheadLatency = 0,
    setupTime,
    queued,
  } = invocation;
  const values = [
    ...(queued ? [] : [['Invocations', 1, 'None'] as const]),
    ['Invocation4XXErrors', status >= 400 && status < 500 ? 1 : 0, 'None'],
    ['Invocation5XXErrors', status >= 500 ? 1 : 0, 'None'],
    ['ModelLatency', modelLatency, 'Microseconds'],
    ...(queued ? [] : [['OverheadLatency', overheadLatency, 'Microseconds'] as const]),
    ...(setupTime === undefined ? [] : [['ModelSetupTime', setupTime, 'Microseconds'] as const]),
  ] as const;
  const ofVariant = { EndpointName: endpoint, VariantName: variant };
  try {
    const sink = hub.cloud.service<CloudWatch>('monitoring');
    for (const dimensions of [ofVariant, { ...ofVariant, EndpointConfigName: configName }]) {
      for (const [name, value, unit] of values) sink.putMetric('AWS/SageMaker', name, dimensions, value, unit);
    }
  } catch (error) {
    // Metrics are published beside the answer: losing them must not fail it.
    hub.cloud.log('warn', 'the metrics of an invocation were not kept', { endpoint, error: String(error) });
  }
};
