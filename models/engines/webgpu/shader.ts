import { dropoutOf } from '../../networks/neural-network.ts';
import { coupledDecay } from '../stacked/adam-steps.ts';
import type { DenseSpec, MemoryPlan, Part } from './memory-plan.ts';
import { lossOfRow } from './shader-losses.ts';

/** Numbers of a step of a model in `steps`: scale, correction and shrink (StepScalars), 1 / weight of the batch, seed. */
export const numbersPerStep = 5;

/**
 * One workgroup per model: `train` takes `count` steps of an epoch from step `first` on, forward, backward and optimiser;
 * `judge` as many batches of the rows to judge by. Buffers are described where they are made
 * (descent.ts). The arithmetic is that of networks/mlp.ts and engines/*.ts in float32; tanh and expm1 are our own,
 * because the standard lets a driver's be off by 1e-5. Bounds of inner loops have `piece.zero` added, which is 0: drivers
 * would unroll them, which doubles what llvmpipe takes to compile.
 */
export function shaderOf(spec: DenseSpec, plan: MemoryPlan): string {
  return [
    declarations(plan),
    functions(spec, plan),
    forward(spec, plan),
    lossOfRow(spec, plan, (part, index) => access(plan, part, index)),
    backward(spec, plan),
    update(spec, plan),
    entries(plan),
  ].join('\n');
}

function declarations({ sizes, places, invocations }: MemoryPlan): string {
  const shared = Object.entries(sizes).filter(([part, size]) => size > 0 && isShared(places, part));
  return `
struct Piece { first: u32, count: u32, rows: u32, stride: u32, zero: u32 }
@group(0) @binding(0) var<storage, read> features: array<f32>;
@group(0) @binding(1) var<storage, read> rowTargets: array<vec2f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> stored: array<f32>;
@group(0) @binding(4) var<storage, read_write> moments: array<vec2f>;
@group(0) @binding(5) var<storage, read> steps: array<u32>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;
@group(0) @binding(7) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(8) var<uniform> piece: Piece;
${shared.map(([part, size]) => `var<workgroup> local_${part}: array<f32, ${size}>;`).join('\n')}
var<workgroup> squares: array<f32, ${invocations}>;
var<private> model: u32;
var<private> lane: u32;
var<private> rowCount: u32;
var<private> drawn: u32;
var<private> seed: u32;
var<private> share: f32;
var<private> scale: f32;
var<private> correction: f32;
var<private> shrink: f32;`;
}

function isShared(places: MemoryPlan['places'], part: string): boolean {
  return new Map<string, unknown>(Object.entries(places)).get(part) === 'workgroup';
}

/** The text that reads or writes a number of a part. */
function access({ places, weightCount, scratch }: MemoryPlan, part: Part, index: string): string {
  const place = places[part];
  if (place === 'workgroup') return `local_${part}[${index}]`;
  if (part === 'weights') return `stored[model * ${weightCount}u + ${index}]`;
  return `scratch[model * ${scratch}u + ${place}u + ${index}]`;
}

function functions(spec: DenseSpec, { weightCount }: MemoryPlan): string {
  const dropout = dropoutOf(spec);
  const adam = `
  var mean = moments[model * ${weightCount}u + k];
  mean = vec2f(0.9 * mean.x + ${1 - 0.9} * slope, 0.999 * mean.y + ${1 - 0.999} * slope * slope);
  moments[model * ${weightCount}u + k] = mean;
  return weight * shrink - scale * mean.x / (sqrt(mean.y * correction) + 1e-8);`;
  return `
fn together() { workgroupBarrier(); storageBarrier(); }
fn ownTanh(x: f32) -> f32 {
  let square = x * x;
  if (square < 0.0625) {
    return x * (1.0 - square * (0.33333333 - square * (0.13333333 - square * (0.05396825 - square * 0.02186949))));
  }
  return sign(x) * (1.0 - 2.0 / (exp(min(2.0 * abs(x), 80.0)) + 1.0));
}
fn mask(index: u32) -> f32 {
  let state = seed + (drawn + index + 1u) * 0x6d2b79f5u;
  var mixed = (state ^ (state >> 15u)) * (state | 1u);
  mixed ^= mixed + (mixed ^ (mixed >> 7u)) * (mixed | 61u);
  return select(${1 / (1 - dropout)}, 0.0, (mixed ^ (mixed >> 14u)) < ${Math.ceil(dropout * 2 ** 32)}u);
}
fn moved(k: u32, weight: f32, gradient: f32) -> f32 {
  let slope = gradient + ${coupledDecay(spec)} * weight;${spec.optimizer === 'sgd' ? '\n  return weight - scale * slope;' : adam}
}`;
}

/** Where the layers' weights, and their outputs for the batch, begin. */
function layersOf({ widths, batch }: MemoryPlan) {
  let weightsAt = 0;
  let unitsBefore = 0;
  return widths.slice(1).map((outputs, l) => {
    const layer = { inputs: widths[l], outputs, weightsAt, unitsBefore, valuesAt: batch * unitsBefore };
    weightsAt += (widths[l] + 1) * outputs;
    unitsBefore += outputs;
    return layer;
  });
}

/** Input \`i\` of row \`b\` to a layer. */
function inputTo(plan: MemoryPlan, l: number): string {
  const [width] = plan.widths;
  if (l > 0) return access(plan, 'activations', `${layersOf(plan)[l - 1].valuesAt}u + b * ${plan.widths[l]}u + i`);
  if (plan.places.inputs === 'workgroup') return `local_inputs[b * ${width}u + i]`;
  return `features[placeOf(b) * ${width}u + i]`;
}

function forward(spec: DenseSpec, plan: MemoryPlan): string {
  const layers = layersOf(plan);
  const text = layers.map(({ inputs, outputs, weightsAt, unitsBefore, valuesAt }, l) => {
    const isHidden = l < layers.length - 1;
    const drop = `if (dropping) { value *= mask(rowCount * ${unitsBefore}u + q); }`;
    return `
  for (var q = lane; q < rowCount * ${outputs}u; q += ${plan.invocations}u) {
    let b = q / ${outputs}u;
    let j = q % ${outputs}u;
    var value = ${access(plan, 'weights', `${weightsAt + inputs * outputs}u + j`)};
    for (var i = 0u; i < ${inputs}u + piece.zero; i++) {
      value += ${inputTo(plan, l)} * ${access(plan, 'weights', `${weightsAt}u + i * ${outputs}u + j`)};
    }
    ${isHidden ? activate(spec) : ''}
    ${isHidden && dropoutOf(spec) > 0 ? drop : ''}
    ${access(plan, 'activations', `${valuesAt}u + q`)} = value;
  }
  together();`;
  });
  return `var<private> orderAt: u32;
var<private> consecutive: bool;
fn placeOf(b: u32) -> u32 { if (consecutive) { return orderAt + b; } return order[orderAt + b]; }
fn forward(dropping: bool) {${text.join('')}
}`;
}

function activate(spec: DenseSpec): string {
  switch (spec.type === 'mlp' ? spec.activation : null) {
    case 'relu':
      return 'value = select(value, 0.0, value < 0.0);';
    case 'tanh':
      return 'value = ownTanh(value);';
    case 'sigmoid':
      return 'value = 1.0 / (1.0 + exp(min(-value, 80.0)));';
    default:
      return '';
  }
}

function backward(spec: DenseSpec, plan: MemoryPlan): string {
  const layers = layersOf(plan);
  const text = layers.slice(1).map(({ inputs, outputs, weightsAt, valuesAt }, before) => {
    const { unitsBefore, valuesAt: targetAt } = layers[before];
    const drop = `delta *= mask(rowCount * ${unitsBefore}u + q);`;
    return `
  for (var q = lane; q < rowCount * ${inputs}u; q += ${plan.invocations}u) {
    let b = q / ${inputs}u;
    let i = q % ${inputs}u;
    var delta = 0.0;
    for (var j = 0u; j < ${outputs}u + piece.zero; j++) {
      delta += ${access(plan, 'deltas', `${valuesAt}u + b * ${outputs}u + j`)} * ${access(plan, 'weights', `${weightsAt}u + i * ${outputs}u + j`)};
    }
    let value = ${access(plan, 'activations', `${targetAt}u + q`)} * ${1 - dropoutOf(spec)};
    ${dropoutOf(spec) > 0 ? drop : ''}
    ${timesSlope(spec)}
    ${access(plan, 'deltas', `${targetAt}u + q`)} = delta;
  }
  together();`;
  });
  return `fn backward() {${text.toReversed().join('')}
}`;
}

function timesSlope(spec: DenseSpec): string {
  switch (spec.type === 'mlp' ? spec.activation : null) {
    case 'relu':
      return 'delta = select(0.0, delta, value > 0.0);';
    case 'tanh':
      return 'delta *= 1.0 - value * value;';
    case 'sigmoid':
      return 'delta *= value * (1.0 - value);';
    default:
      return '';
  }
}

/** Each invocation moves the weights whose gradient it has summed up, so that nothing waits in between but the norm. */
function update(spec: DenseSpec, plan: MemoryPlan): string {
  const { gradientClip } = spec;
  const all = (body: (l: number) => string) =>
    layersOf(plan)
      .map(
        ({ inputs, outputs, weightsAt }, l) => `
  for (var q = lane; q < ${(inputs + 1) * outputs}u; q += ${plan.invocations}u) {
    let i = q / ${outputs}u;
    let k = ${weightsAt}u + q;
    let weight = ${access(plan, 'weights', 'k')};${body(l)}
  }`,
      )
      .join('');
  const weight = access(plan, 'weights', 'k');
  const gradient = access(plan, 'gradient', 'k');
  const sum = (l: number) => gradientOf(spec, plan, l);
  if (gradientClip === null) {
    return `fn update() {${all((l) => `${sum(l)}\n    ${weight} = moved(k, weight, gradient);`)}
}`;
  }
  return `fn update() {
  var square = 0.0;${all((l) => `${sum(l)}\n    ${gradient} = gradient;\n    square += gradient * gradient;`)}
  squares[lane] = square;
  together();
  var total = 0.0;
  for (var other = 0u; other < ${plan.invocations}u; other++) { total += squares[other]; }
  let norm = sqrt(total);
  let factor = select(1.0, ${gradientClip} / norm, norm > ${gradientClip});${all(() => `\n    ${weight} = moved(k, weight, factor * ${gradient});`)}
}`;
}

/** The gradient by weight \`q\` of a layer; those behind its inputs are the biases. */
function gradientOf({ l1, l2 }: DenseSpec, plan: MemoryPlan, l: number): string {
  const { inputs, outputs, valuesAt } = layersOf(plan)[l];
  const delta = access(plan, 'deltas', `${valuesAt}u + b * ${outputs}u + j`);
  const penalties = l1 > 0 || l2 > 0 ? `gradient += ${l1} * sign(weight) + ${l2} * weight;` : '';
  return `
    let j = q % ${outputs}u;
    var gradient = 0.0;
    if (i < ${inputs}u) {
      for (var b = 0u; b < rowCount; b++) { gradient += ${inputTo(plan, l)} * ${delta}; }
      ${penalties}
    } else {
      for (var b = 0u; b < rowCount; b++) { gradient += ${delta}; }
    }`;
}

function entries(plan: MemoryPlan): string {
  const { batch, invocations, weightCount, widths, places } = plan;
  const units = widths.slice(1, -1).reduce((sum, width) => sum + width, 0);
  const isShared = places.weights === 'workgroup';
  const each = (body: string) => `for (var k = lane; k < ${weightCount}u; k += ${invocations}u) { ${body} }`;
  const load = isShared ? each(`local_weights[k] = stored[model * ${weightCount}u + k];`) : '';
  const save = isShared ? each(`stored[model * ${weightCount}u + k] = local_weights[k];`) : '';
  const stage =
    places.inputs === 'workgroup'
      ? `for (var q = lane; q < rowCount * ${widths[0]}u; q += ${invocations}u) {
      local_inputs[q] = features[placeOf(q / ${widths[0]}u) * ${widths[0]}u + q % ${widths[0]}u];
    }`
      : '';
  const begin = `
  model = group.x;
  lane = invocation;
  ${load}
  for (var step = piece.first; step < piece.first + piece.count; step++) {
    rowCount = min(${batch}u, piece.rows - step * ${batch}u);`;
  const take = `
    for (var b = lane; b < rowCount; b += ${invocations}u) {
      let row = rowTargets[placeOf(b)];
      ${access(plan, 'rows', '2u * b')} = row.x;
      ${access(plan, 'rows', '2u * b + 1u')} = row.y;
    }
    ${stage}
    together();`;
  const add = `
    if (lane == 0u) {
      var sum = 0.0;
      for (var b = 0u; b < rowCount; b++) { sum += ${access(plan, 'losses', 'b')}; }
      sums[model * piece.stride + step] = sum;
    }`;
  const head = `@compute @workgroup_size(${invocations})
fn`;
  const parameters = '(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32)';
  return `
${head} train${parameters} {${begin}
    consecutive = false;
    orderAt = model * piece.rows + step * ${batch}u;
    drawn = step * ${batch * units}u;
    let numbers = ${numbersPerStep}u * (model * piece.stride + step);
    scale = bitcast<f32>(steps[numbers]);
    correction = bitcast<f32>(steps[numbers + 1u]);
    shrink = bitcast<f32>(steps[numbers + 2u]);
    share = bitcast<f32>(steps[numbers + 3u]);
    seed = steps[numbers + 4u];${take}
    forward(true);
    lossOfRows();
    together();${add}
    backward();
    update();
    together();
  }
  ${save}
}
${head} judge${parameters} {${begin}
    consecutive = true;
    orderAt = order[model] + step * ${batch}u;${take}
    forward(false);
    lossOfRows();
    together();${add}
    together();
  }
}`;
}
