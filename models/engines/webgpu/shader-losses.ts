import type { DenseSpec, MemoryPlan, Part } from './memory-plan.ts';

/** The losses of engines/losses.ts for the rows of the batch: fills `losses` (weighted) and the last layer's `deltas`. */
export function lossOfRow(spec: DenseSpec, plan: MemoryPlan, access: (part: Part, index: string) => string): string {
  const { outputs } = spec;
  const units = plan.widths.slice(1, -1).reduce((sum, width) => sum + width, 0);
  const at = `${plan.batch * units}u + b * ${outputs}u + `;
  const answer = (k: string) => access('activations', `${at}${k}`);
  const delta = (k: string) => access('deltas', `${at}${k}`);
  return `
fn expm1(x: f32) -> f32 {
  if (x < -0.1) { return exp(x) - 1.0; }
  return x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0))));
}
fn lossOfRows() {
  for (var b = lane; b < rowCount; b += ${plan.invocations}u) {
    let wanted = ${access('rows', '2u * b')};
    let weight = ${access('rows', '2u * b + 1u')};
    let part = weight * share;
    ${spec.task === 'classification' ? logLoss(spec, answer, delta) : distance(spec, answer, delta)}
    ${access('losses', 'b')} = weight * loss;
  }
}`;
}

function logLoss(
  { loss, outputs, focalGamma: gamma }: DenseSpec,
  answer: (k: string) => string,
  delta: (k: string) => string,
): string {
  const focal = `
    let rest = max(-expm1(logProbability), 0.0);
    let factor = ${gamma === 0 ? '1.0' : `pow(rest, ${gamma})`};
    let loss = -factor * logProbability;
    let fall = ${gamma} * exp(logProbability) * pow(max(rest, 1e-30), ${gamma - 1});
    let slope = part * (factor - fall * logProbability);`;
  const plain = `
    let loss = -logProbability;
    let slope = part;`;
  return `
    let class_ = u32(wanted);
    var largest = ${answer('0u')};
    for (var k = 1u; k < ${outputs}u + piece.zero; k++) { largest = max(largest, ${answer('k')}); }
    var total = 0.0;
    for (var k = 0u; k < ${outputs}u + piece.zero; k++) { total += exp(${answer('k')} - largest); }
    let logProbability = ${answer('class_')} - largest - log(total);${loss === 'focal' ? focal : plain}
    for (var k = 0u; k < ${outputs}u + piece.zero; k++) {
      ${delta('k')} = (exp(${answer('k')} - largest) / total - select(0.0, 1.0, k == class_)) * slope;
    }`;
}

function distance(
  { loss, huberDelta }: DenseSpec,
  answer: (k: string) => string,
  delta: (k: string) => string,
): string {
  const error = `let error = ${answer('0u')} - wanted;`;
  if (loss === 'mse') return `${error}\n    let loss = error * error;\n    ${delta('0u')} = 2.0 * error * part;`;
  return `${error}
    let inner = min(abs(error), ${huberDelta});
    let loss = inner * (abs(error) - inner / 2.0);
    ${delta('0u')} = clamp(error, -${huberDelta}, ${huberDelta}) * part;`;
}
