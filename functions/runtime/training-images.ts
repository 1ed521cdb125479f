import * as z from 'zod';
import { ConfigurationError } from '#domain/errors';

const imagesSchema = z.record(z.string(), z.string().min(1));

/**
 * The image of an algorithm, from the environment variable TRAINING_IMAGES: a JSON object of image URIs by algorithm.
 *
 * @throws ConfigurationError when the variable is malformed or lacks the algorithm
 */
export function trainingImage(variable: string, algorithm: string): string {
  let images: z.output<typeof imagesSchema>;
  try {
    images = imagesSchema.parse(JSON.parse(variable));
  } catch (error) {
    throw new ConfigurationError(
      'Environment of the function: TRAINING_IMAGES is not a JSON object of image URIs by algorithm. Package the service again.',
      { cause: error },
    );
  }
  const image = Object.hasOwn(images, algorithm) ? images[algorithm] : undefined;
  if (image !== undefined) return image;
  throw new ConfigurationError(
    `Environment of the function: TRAINING_IMAGES has no image of ${algorithm}; it has ${Object.keys(images).join(', ')}. Package the service again.`,
  );
}
