/** What a model can see and express: receptive fields, narrow places, and parameters against the data it is trained on. */
import type { ModelCounts } from '../model/index.js';
import { isUnknown, type Unknown } from '../python/index.js';
import { bottlenecksOf } from '../torch/capacity/bottlenecks.js';
import { fieldsOf } from '../torch/capacity/fields.js';
import { countOf, Notes, noteOf } from './counts.js';
import { tensorsIn, type TrainingPass } from './trainingPass.js';
import type { CapacityReport } from './types.js';

/** `samples`: of the training data, where the project says it. */
export function capacityOf(
  pass: TrainingPass | Unknown,
  counts: ModelCounts,
  samples: CapacityReport['samples'],
): CapacityReport {
  const trainable = counts.trainable.value;
  const shared = {
    samples,
    parametersPerSample:
      samples && samples.count > 0 && typeof trainable === 'number' ? trainable / samples.count : null,
  };
  const none = { axes: [], layers: [], bottlenecks: [] };
  if (isUnknown(pass)) return { ...none, ...shared, unknown: noteOf(pass.reason, pass.place) };
  const bottlenecks = bottlenecksOf(pass.ops, pass.inputs, tensorsIn(pass.output)).map(
    ({ call, rank, width, bypassed }) => ({
      path: call.path,
      rank,
      width,
      bypassed,
    }),
  );
  const [input] = pass.inputs;
  if (!input)
    return { ...none, bottlenecks, ...shared, unknown: { reason: 'no input is a tensor', file: null, line: null } };
  const fields = fieldsOf(pass.ops, input);
  if (isUnknown(fields)) return { ...none, bottlenecks, ...shared, unknown: noteOf(fields.reason, fields.place) };
  return {
    axes: fields.axes.map(({ axis, size }) => ({ axis, size: countOf(size, new Notes()) })),
    layers: fields.calls.map(({ call, sizes, strides }) => ({
      path: call.path,
      type: call.module.cls.name,
      receptiveField: sizes,
      stride: strides,
    })),
    bottlenecks,
    ...shared,
    unknown: null,
  };
}
