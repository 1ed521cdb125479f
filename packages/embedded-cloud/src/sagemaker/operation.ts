import type { AuthorizationRequest, Caller } from '#src/cloud/service';
import type { Shape } from '#src/sagemaker/validation/shape';

/** One operation of the control plane. */
export interface Operation<I> {
  readonly input: Shape<I>;
  /** What the caller must be allowed (service authorization reference: Amazon SageMaker). */
  authorize(input: I): readonly AuthorizationRequest[];
  /** The members of the answer. */
  execute(input: I, caller: Caller): object | Promise<object>;
}

/** An operation whose input type is known to itself alone. */
export type AnyOperation = Operation<never>;
export type Operations = Readonly<Record<string, AnyOperation>>;

/** Binds an operation's input type to its shape. */
export const operation = <I>(
  input: Shape<I>,
  authorize: (input: I) => readonly AuthorizationRequest[],
  execute: (input: I, caller: Caller) => object | Promise<object>,
): AnyOperation => ({ input, authorize, execute }) as unknown as AnyOperation;
