/*
 * Six indicators as plain loops, the yardstick for strategies/indicators: the same outputs, into arrays of the caller.
 * indicators <file> <file's rows> <rows> <repeats> reads high, low and close as three columns of doubles and prints
 * {"rsi": {"ms": [each run], "last": [last row of each output]}, ...}.
 */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double *high, *low, *close_, *out[4];
static long rows;

static void rsi(void) {
  const int n = 14;
  double gain = 0, loss = 0;
  for (long i = 1; i < rows; i++) {
    const double change = close_[i] - close_[i - 1];
    const double up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
    if (i <= n) {
      gain += up / n;
      loss += down / n;
    } else {
      gain += (up - gain) * (1.0 / n);
      loss += (down - loss) * (1.0 / n);
    }
    const double total = gain + loss;
    out[0][i] = i < n ? NAN : total > 0 ? 100 * (gain / total) : 0;
  }
}

static void macd(void) {
  const int f = 12, s = 26, g = 9, start = s + g - 2;
  double fast = 0, slow = 0, mean = 0;
  for (int i = 0; i < s; i++) slow += close_[i] / s;
  for (int i = s - f; i < s; i++) fast += close_[i] / f;
  mean = (fast - slow) / g;
  for (long i = s; i < rows; i++) {
    fast += (close_[i] - fast) * (2.0 / (f + 1));
    slow += (close_[i] - slow) * (2.0 / (s + 1));
    const double line = fast - slow;
    mean += i <= start ? line / g : (line - mean) * (2.0 / (g + 1));
    if (i < start) continue;
    out[0][i] = line;
    out[1][i] = mean;
    out[2][i] = line - mean;
  }
}

static double range_of(long i) {
  return fmax(high[i], close_[i - 1]) - fmin(low[i], close_[i - 1]);
}

static void atr(void) {
  const int n = 14;
  double mean = 0;
  for (int i = 1; i <= n; i++) mean += range_of(i) / n;
  out[0][n] = mean;
  for (long i = n + 1; i < rows; i++) {
    mean += (range_of(i) - mean) * (1.0 / n);
    out[0][i] = mean;
  }
}

/* Sums of distances from a value of the window, taken afresh every 512 rows. */
static void moments(double *mean, double *deviation) {
  const int n = 20;
  double origin = 0, sum = 0, squares = 0;
  for (long i = n - 1; i < rows; i++) {
    if ((i - n + 1) % 512 == 0) {
      origin = close_[i];
      sum = squares = 0;
      for (long k = i - n + 1; k <= i; k++) {
        sum += close_[k] - origin;
        squares += (close_[k] - origin) * (close_[k] - origin);
      }
    } else {
      const double entering = close_[i] - origin, leaving = close_[i - n] - origin;
      sum += entering - leaving;
      squares += entering * entering - leaving * leaving;
    }
    const double spread = (squares - sum * sum / n) / n;
    if (mean) mean[i] = origin + sum / n;
    deviation[i] = spread > 0 ? sqrt(spread) : 0;
  }
}

static void stddev(void) { moments(NULL, out[0]); }

static void bollinger(void) {
  moments(out[1], out[0]);
  for (long i = 19; i < rows; i++) {
    const double width = 2 * out[0][i];
    out[0][i] = out[1][i] + width;
    out[2][i] = out[1][i] - width;
  }
}

static void adx(void) {
  const int n = 14;
  double plus = 0, minus = 0, range = 0, index = 0, mean = 0;
  for (long i = 1; i < rows; i++) {
    const double up = high[i] - high[i - 1], down = low[i - 1] - low[i];
    const double decay = i < n ? 0 : 1.0 / n;
    plus += (up > down && up > 0 ? up : 0) - decay * plus;
    minus += (down > up && down > 0 ? down : 0) - decay * minus;
    range += range_of(i) - decay * range;
    if (i < n) continue;
    out[1][i] = range > 0 ? 100 * plus / range : 0;
    out[2][i] = range > 0 ? 100 * minus / range : 0;
    if (plus + minus > 0) {
      index = 100 * fabs(plus - minus) / (plus + minus);
      mean += (i < 2 * n ? index : index - mean) / n;
    }
    out[3][i] = index;
    if (i >= 2 * n - 1) out[0][i] = mean;
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void measure(const char *name, void (*compute)(void), int outputs, int repeats) {
  compute();
  printf("\"%s\": {\"ms\": [", name);
  for (int r = 0; r < repeats; r++) {
    const double begun = now();
    compute();
    printf("%s%.6f", r ? ", " : "", now() - begun);
  }
  printf("], \"last\": [");
  for (int k = 0; k < outputs; k++) printf("%s%.17g", k ? ", " : "", out[k][rows - 1]);
  printf("]}");
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const long all = atol(argv[2]);
  const int repeats = atoi(argv[4]);
  rows = atol(argv[3]);
  double *columns = malloc(3 * all * sizeof(double));
  FILE *file = fopen(argv[1], "rb");
  if (!file || fread(columns, sizeof(double), 3 * all, file) != (size_t)(3 * all)) return 1;
  high = columns, low = columns + all, close_ = columns + 2 * all;
  for (int k = 0; k < 4; k++) out[k] = malloc(rows * sizeof(double));
  printf("{");
  measure("rsi", rsi, 1, repeats), printf(", ");
  measure("macd", macd, 3, repeats), printf(", ");
  measure("atr", atr, 1, repeats), printf(", ");
  measure("bollinger", bollinger, 3, repeats), printf(", ");
  measure("adx", adx, 4, repeats), printf(", ");
  measure("stddev", stddev, 1, repeats);
  printf("}\n");
  return 0;
}
