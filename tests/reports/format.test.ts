import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, fixed, money, percent, price, probability, ratio, signedPercent } from '@stratlab/reports/format.ts';
import { escapeText, markup } from '@stratlab/reports/markup.ts';
import { sparkline } from '@stratlab/reports/sparkline.ts';
import fc from 'fast-check';
import { xmlFault } from './well-formed.ts';

test('figures are rounded to what a reader needs', () => {
  assert.equal(percent(0.12345), '12.35%');
  assert.equal(percent(-12.5), '-1,250%');
  assert.equal(signedPercent(0.05), '+5.00%');
  assert.equal(signedPercent(0.000001), '0.00%');
  assert.equal(money(1234567.8, 'USD'), '1,234,568 USD');
  assert.equal(money(-12.345), '-12.35');
  assert.equal(ratio(0.406), '0.41');
  assert.equal(probability(0.0000001), '< 0.001');
  assert.equal(price(1.08345), '1.08345');
  assert.equal(price(3009.57), '3,009.57');
  assert.equal(fixed(-0.001, 2), '0.00');
});

test('a figure is written in its unit, and the unknown is an en dash', () => {
  assert.equal(figure(0.2, 'annual fraction'), '20.00%');
  assert.equal(figure(12.5, 'percent'), '12.50%');
  assert.equal(figure(1530, 'days'), '1,530 days');
  assert.equal(figure(52, 'count'), '52');
  assert.equal(figure(null, 'money'), '–');
  assert.equal(figure(Number.NaN, 'ratio'), '–');
});

test('whatever is put into markup, it stays well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const made = markup`<p title="${text}">${[text, markup`<b>${text}</b>`, null, 1]}</p>`.text;
      assert.equal(xmlFault(made), null);
      assert.ok(escapeText(text).isWellFormed());
    }),
  );
});

test('a sparkline rises with its series and leaves unknown stretches blank', () => {
  assert.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8]), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline([1, Number.NaN, 2]), '▁ █');
  assert.equal(sparkline([5, 5, 5]), '▄▄▄');
  assert.equal(sparkline([]), '');
  assert.equal([...sparkline(Float64Array.from({ length: 5000 }, (_, t) => t))].length, 40);
});
