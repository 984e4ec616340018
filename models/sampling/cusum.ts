/**
 * The symmetric CUSUM filter (Lopez de Prado 2018, section 2.5.2): places in `returns` at which their sum since the last
 * event, never less than nothing in its own direction, has gone beyond the threshold up or down. Knows no later return.
 */
export function cusumEvents(returns: Float64Array, threshold: number): Int32Array {
  const events: number[] = [];
  let up = 0;
  let down = 0;
  returns.forEach((change, place) => {
    up = Math.max(0, up + change);
    down = Math.min(0, down + change);
    if (down < -threshold) down = 0;
    else if (up > threshold) up = 0;
    else return;
    events.push(place);
  });
  return Int32Array.from(events);
}
