import * as z from 'zod';

/**
 * The content of a model package's model card, as SageMaker takes it (SageMaker Developer Guide, "Model package model card schema",
 * version 0.1.0): no member but these, with these limits.
 */

const text = (length: number) => z.string().max(length);
const name = (length: number) => z.string().min(1).max(length);
const notes = text(1024).optional();
const axis = text(63).optional();
const axes = z.array(text(63)).optional();

const simpleMetricSchema = z.strictObject({
  name: name(255),
  notes,
  type: z.enum(['number', 'string', 'boolean']),
  value: z.union([z.number(), text(63), z.boolean()]),
});
const linearGraphSchema = z.strictObject({
  name: name(255),
  notes,
  type: z.literal('linear_graph'),
  value: z.array(z.tuple([z.number(), z.number()])).min(1),
  x_axis_name: axis,
  y_axis_name: axis,
});
const barChartSchema = z.strictObject({
  name: name(255),
  notes,
  type: z.literal('bar_chart'),
  value: z.array(z.number()).min(1),
  x_axis_name: axes,
  y_axis_name: axis,
});
const matrixSchema = z.strictObject({
  name: name(255),
  notes,
  type: z.literal('matrix'),
  value: z.array(z.array(z.number()).min(1).max(20)).min(1).max(20),
  x_axis_name: axes,
  y_axis_name: axes,
});
const cardMetricSchema = z.union([simpleMetricSchema, linearGraphSchema, barChartSchema, matrixSchema]);
export type CardMetric = z.output<typeof cardMetricSchema>;

const evaluationDetailSchema = z.strictObject({
  name: name(63),
  evaluation_observation: text(2096).optional(),
  datasets: z.array(text(1024)).max(10).optional(),
  metadata: z.record(z.string(), text(1024)).optional(),
  metric_groups: z.array(z.strictObject({ name: name(63), metric_data: z.array(cardMetricSchema) })).optional(),
});
export type CardEvaluation = z.output<typeof evaluationDetailSchema>;

export const riskRatingSchema = z.enum(['High', 'Medium', 'Low', 'Unknown']);

export const modelCardSchema = z.strictObject({
  model_overview: z.strictObject({ model_creator: text(1024), model_artifact: z.array(text(1024)).max(15) }),
  intended_uses: z.strictObject({
    purpose_of_model: text(2048).optional(),
    intended_uses: text(2048).optional(),
    factors_affecting_model_efficiency: text(2048).optional(),
    risk_rating: riskRatingSchema,
    explanations_for_risk_rating: text(2048).optional(),
  }),
  business_details: z.strictObject({
    business_problem: text(2048).optional(),
    business_stakeholders: text(2048).optional(),
    line_of_business: text(2048).optional(),
  }),
  training_details: z.strictObject({
    objective_function: z
      .strictObject({
        function: z.strictObject({ function: z.enum(['Maximize', 'Minimize']), facet: text(63), condition: axis }),
        notes,
      })
      .optional(),
    training_observations: text(1024),
    training_job_details: z.strictObject({
      training_datasets: z.array(text(1024)).max(15),
      training_environment: z.strictObject({ container_image: z.array(text(1024)).max(15) }),
      hyper_parameters: z.array(z.strictObject({ name: name(255), value: name(255) })).max(100),
    }),
  }),
  evaluation_details: z.array(evaluationDetailSchema),
  additional_information: z.strictObject({
    ethical_considerations: text(2048).optional(),
    caveats_and_recommendations: text(2048).optional(),
    custom_details: z.record(z.string(), text(1024)),
  }),
});
export type ModelCard = Readonly<z.output<typeof modelCardSchema>>;
