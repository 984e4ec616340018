/*
 * The yardstick of bench/backtest.ts: one strategy, the rules and figures of the engine, and nothing else. A long
 * position after the fast mean crosses above the slow one, flat after it crosses below, by specification/execution.md.
 *
 *   backtest <bars> <all rows> <rows> plain|full|sweep <runs>
 *
 * <bars>: time, open, high, low, close as float64 columns of <all rows>, of which the first <rows> are taken. Prints one
 * JSON object: the milliseconds of each run, and what came out, so that the engine's figures can be held against these.
 */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FAST = 10, SLOW = 20, FAST_PERIODS = 20, SLOW_PERIODS = 50 };

static const double capital = 1e5, commission = 2e-5, slippage = 1e-5, share = 0.95;
static const double stop_distance = 0.02, target_distance = 0.04;
static const double day_ms = 86400000.0, periods_per_year = 365.0;

typedef struct { int rows; const double *time, *open, *high, *low, *close; } Bars;
typedef enum { SIGNAL, STOP_LOSS, TAKE_PROFIT, END_OF_DATA } Reason;

typedef struct {
  int entry_bar, exit_bar;
  Reason reason;
  double entry_time, exit_time, entry_price, exit_price, quantity, pnl, result, commission, mae, mfe;
} Trade;

typedef struct {
  double total_return, cagr, volatility, sharpe, sortino, calmar, max_drawdown, max_drawdown_days, ulcer_index, skew,
      kurtosis, win_rate, profit_factor, expectancy, average_win, average_loss, sqn, exposure, turnover,
      average_bars_held;
} Figures;

typedef struct { double *equity, *position, *returns; Trade *trades; int count; double traded; } Run;

typedef struct { double total_return, max_drawdown, sharpe; int trades; } PairResult;

typedef struct {
  double cash, quantity, entry_price, entry_commission, best, worst;
  int entry_bar;
} Account;

static void enter(Account *account, Run *run, double price, int t) {
  const double fill = price * (1 + slippage);
  account->quantity = account->cash * share / (fill * (1 + commission));
  const double value = fill * account->quantity;
  account->entry_price = account->best = account->worst = fill;
  account->entry_commission = commission * value;
  account->entry_bar = t;
  account->cash -= value + account->entry_commission;
  run->traded += value;
}

static void leave(Account *account, Run *run, const Bars *bars, double fill, int t, Reason reason) {
  const double value = fill * account->quantity, paid = account->entry_commission + commission * value;
  const double entry = account->entry_price, pnl = (fill - entry) * account->quantity - paid;
  account->cash += value - commission * value;
  run->traded += value;
  if (fill > account->best) account->best = fill;
  if (fill < account->worst) account->worst = fill;
  run->trades[run->count++] = (Trade){
      .entry_bar = account->entry_bar, .exit_bar = t, .reason = reason,
      .entry_time = bars->time[account->entry_bar], .exit_time = bars->time[t],
      .entry_price = entry, .exit_price = fill, .quantity = account->quantity,
      .pnl = pnl, .result = pnl / (entry * account->quantity), .commission = paid,
      .mae = (account->worst - entry) / entry, .mfe = (account->best - entry) / entry};
  account->quantity = 0;
}

/* 1 where the fast mean crosses above the slow one at this close, -1 where below, else 0. */
static inline int crossing(const Bars *bars, int t, double *fast, double *slow, double *before) {
  const double *close = bars->close;
  *fast += close[t];
  *slow += close[t];
  if (t >= FAST) *fast -= close[t - FAST];
  if (t >= SLOW) *slow -= close[t - SLOW];
  if (t < SLOW - 1) return 0;
  const double gap = *fast * (1.0 / FAST) - *slow * (1.0 / SLOW), last = *before;
  *before = gap;
  if (t < SLOW) return 0;
  return gap > 0 && last <= 0 ? 1 : gap < 0 && last >= 0 ? -1 : 0;
}

/* Market orders at the next open, commission and slippage; trades and equity. */
static void simulate_plain(const Bars *bars, Run *run) {
  Account account = {.cash = capital};
  double fast = 0, slow = 0, before = 0;
  int pending = 0;
  run->count = 0;
  run->traded = 0;
  for (int t = 0; t < bars->rows; t++) {
    if (pending > 0) enter(&account, run, bars->open[t], t);
    else if (pending < 0) leave(&account, run, bars, bars->open[t] * (1 - slippage), t, SIGNAL);
    const int cross = crossing(bars, t, &fast, &slow, &before);
    pending = cross > 0 && account.quantity == 0 ? 1 : cross < 0 && account.quantity > 0 ? -1 : 0;
    if (account.quantity > 0) {
      if (bars->high[t] > account.best) account.best = bars->high[t];
      if (bars->low[t] < account.worst) account.worst = bars->low[t];
      if (t == bars->rows - 1) leave(&account, run, bars, bars->close[t] * (1 - slippage), t, END_OF_DATA);
    }
    if (t < SLOW) continue;
    run->equity[t - SLOW] = account.cash + account.quantity * bars->close[t];
    run->position[t - SLOW] = account.quantity;
  }
}

/* The same with a stop and a target that count from the open of the entry bar; the stop comes first. */
static void simulate_full(const Bars *bars, Run *run) {
  Account account = {.cash = capital};
  double fast = 0, slow = 0, before = 0, stop = 0, target = 0;
  int pending = 0;
  run->count = 0;
  run->traded = 0;
  for (int t = 0; t < bars->rows; t++) {
    const double open = bars->open[t], high = bars->high[t], low = bars->low[t];
    if (pending > 0) {
      enter(&account, run, open, t);
      stop = account.entry_price * (1 - stop_distance);
      target = account.entry_price * (1 + target_distance);
    } else if (pending < 0) {
      leave(&account, run, bars, open * (1 - slippage), t, SIGNAL);
    }
    if (account.quantity > 0) {
      if (open <= stop) leave(&account, run, bars, open * (1 - slippage), t, STOP_LOSS);
      else if (open > target) leave(&account, run, bars, open, t, TAKE_PROFIT);
      else if (low <= stop) leave(&account, run, bars, stop * (1 - slippage), t, STOP_LOSS);
      else if (high > target) leave(&account, run, bars, target, t, TAKE_PROFIT);
      else {
        if (high > account.best) account.best = high;
        if (low < account.worst) account.worst = low;
      }
    }
    const int cross = crossing(bars, t, &fast, &slow, &before);
    pending = cross > 0 && account.quantity == 0 ? 1 : cross < 0 && account.quantity > 0 ? -1 : 0;
    if (t == bars->rows - 1 && account.quantity > 0)
      leave(&account, run, bars, bars->close[t] * (1 - slippage), t, END_OF_DATA);
    if (t < SLOW) continue;
    run->equity[t - SLOW] = account.cash + account.quantity * bars->close[t];
    run->position[t - SLOW] = account.quantity;
  }
}

static double session_of(double time) { return floor(time / day_ms); }

static Figures measure(const Bars *bars, const Run *run) {
  const int rows = bars->rows - SLOW;
  const double *equity = run->equity, *time = bars->time + SLOW;
  double high = capital, level = capital, depths = 0, deepest = 0, longest = 0, last = capital;
  int peak = 0, held = 0, sessions = 0;
  for (int row = 0; row < rows; row++) {
    const double value = equity[row];
    level += value;
    if (value >= high) {
      const double under = time[row] - time[peak];
      if (under > longest && row > peak + 1) longest = under;
      high = value;
      peak = row;
    } else {
      const double depth = value / high - 1;
      depths += depth * depth;
      if (depth < deepest) deepest = depth;
    }
    if (run->position[row] != 0 || (row > 0 && run->position[row - 1] != 0)) held++;
    if (row == rows - 1 || session_of(time[row + 1]) != session_of(time[row])) {
      run->returns[sessions++] = value / last - 1;
      last = value;
    }
  }
  if (time[rows - 1] - time[peak] > longest) longest = time[rows - 1] - time[peak];

  double sum = 0, below = 0, second = 0, third = 0, fourth = 0;
  for (int k = 0; k < sessions; k++) sum += run->returns[k];
  const double mean = sum / sessions;
  for (int k = 0; k < sessions; k++) {
    const double r = run->returns[k], d = r - mean;
    if (r < 0) below += r * r;
    second += d * d;
    third += d * d * d;
    fourth += d * d * d * d;
  }
  double won = 0, lost = 0, pnl = 0, bars_held = 0, squares = 0;
  int wins = 0, losses = 0;
  for (int k = 0; k < run->count; k++) {
    const Trade *trade = run->trades + k;
    pnl += trade->pnl;
    bars_held += trade->exit_bar - trade->entry_bar;
    if (trade->entry_bar == trade->exit_bar && run->position[trade->entry_bar - SLOW] == 0) held++;
    if (trade->pnl > 0) won += trade->pnl, wins++;
    else if (trade->pnl < 0) lost += trade->pnl, losses++;
  }
  for (int k = 0; k < run->count; k++) {
    const double d = run->trades[k].pnl - pnl / run->count;
    squares += d * d;
  }
  const double count = run->count, years = sessions / periods_per_year, root = sqrt(periods_per_year);
  const double deviation = sqrt(second / (sessions - 1)), variance = second / sessions;
  Figures figures = {
      .total_return = equity[rows - 1] / capital - 1,
      .cagr = pow(equity[rows - 1] / capital, 1 / years) - 1,
      .volatility = deviation * root,
      .sharpe = mean / deviation * root,
      .sortino = mean / sqrt(below / sessions) * root,
      .max_drawdown = deepest,
      .max_drawdown_days = longest / day_ms,
      .ulcer_index = sqrt(depths / (rows + 1)),
      .skew = third / sessions / pow(variance, 1.5),
      .kurtosis = fourth / sessions / (variance * variance) - 3,
      .win_rate = wins / count,
      .profit_factor = won / -lost,
      .expectancy = pnl / count,
      .average_win = won / wins,
      .average_loss = lost / losses,
      .sqn = sqrt(count) * (pnl / count) / sqrt(squares / (count - 1)),
      .exposure = (double)held / rows,
      .turnover = run->traded / 2 / (level / (rows + 1)) / years,
      .average_bars_held = bars_held / count};
  figures.calmar = figures.cagr / -figures.max_drawdown;
  return figures;
}

static void moving_average(const double *values, int rows, int period, double *means) {
  double sum = 0;
  for (int t = 0; t < rows; t++) {
    sum += values[t];
    if (t >= period) sum -= values[t - period];
    means[t] = t < period - 1 ? NAN : sum / period;
  }
}

/* The same without slippage and stops; total return, drawdown and Sharpe ratio from the equity of every bar. */
static PairResult run_pair(const Bars *bars, const double *fast, const double *slow, int first, const int *session_end,
                           int ends) {
  double cash = capital, units = 0, high = capital, deepest = 0, last = capital, sum = 0, squares = 0;
  int pending = 0, trades = 0, sessions = 0, end = 0, above = fast[first - 1] > slow[first - 1];
  while (end < ends && session_end[end] < first) end++;
  for (int t = first; t < bars->rows; t++) {
    if (pending > 0) {
      units = cash * share / (bars->open[t] * (1 + commission));
      cash -= units * bars->open[t] * (1 + commission);
    } else if (pending < 0) {
      cash += units * bars->open[t] * (1 - commission);
      units = 0;
      trades++;
    }
    pending = 0;
    const int now = fast[t] > slow[t];
    if (now != above) {
      pending = now ? 1 : units > 0 ? -1 : 0;
      above = now;
    }
    if (t == bars->rows - 1 && units > 0) {
      cash += units * bars->close[t] * (1 - commission);
      units = 0;
      trades++;
    }
    const double equity = cash + units * bars->close[t];
    if (equity > high) high = equity;
    const double depth = equity / high - 1;
    if (depth < deepest) deepest = depth;
    if (t == session_end[end]) {
      const double r = equity / last - 1;
      sum += r;
      squares += r * r;
      last = equity;
      sessions++;
      end++;
    }
  }
  const double mean = sum / sessions, deviation = sqrt((squares - sum * mean) / (sessions - 1));
  return (PairResult){last / capital - 1, deepest, mean / deviation * sqrt(periods_per_year), trades};
}

/* 20 x 50 pairs over shared averages. */
static void sweep(const Bars *bars, double **means, int *session_end, PairResult *results) {
  int ends = 0;
  for (int t = 0; t < bars->rows; t++)
    if (t == bars->rows - 1 || session_of(bars->time[t + 1]) != session_of(bars->time[t])) session_end[ends++] = t;
  for (int k = 0; k < FAST_PERIODS; k++) moving_average(bars->close, bars->rows, 5 + 2 * k, means[k]);
  for (int k = 0; k < SLOW_PERIODS; k++) moving_average(bars->close, bars->rows, 50 + 4 * k, means[FAST_PERIODS + k]);
  for (int a = 0; a < FAST_PERIODS; a++)
    for (int b = 0; b < SLOW_PERIODS; b++)
      results[a * SLOW_PERIODS + b] =
          run_pair(bars, means[a], means[FAST_PERIODS + b], 50 + 4 * b, session_end, ends);
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static double *column(size_t rows) {
  double *values = malloc(rows * sizeof *values);
  if (values == NULL) exit(1);
  memset(values, 0, rows * sizeof *values);
  return values;
}

static Bars read_bars(const char *path, size_t all, int rows) {
  double *columns = column(5 * all);
  FILE *file = fopen(path, "rb");
  if (file == NULL || fread(columns, sizeof *columns, 5 * all, file) != 5 * all) exit(1);
  fclose(file);
  return (Bars){rows, columns, columns + all, columns + 2 * all, columns + 3 * all, columns + 4 * all};
}

static void print_figures(const Run *run, const Figures *f) {
  printf(",\"figures\":{\"trades\":%d,\"total_return\":%.17g,\"cagr\":%.17g,\"volatility\":%.17g,\"sharpe\":%.17g,"
         "\"sortino\":%.17g,\"calmar\":%.17g,\"max_drawdown\":%.17g,\"max_drawdown_days\":%.17g,"
         "\"ulcer_index\":%.17g,\"skew\":%.17g,\"kurtosis\":%.17g,\"win_rate\":%.17g,\"profit_factor\":%.17g,"
         "\"expectancy\":%.17g,\"average_win\":%.17g,\"average_loss\":%.17g,\"sqn\":%.17g,\"exposure\":%.17g,"
         "\"turnover\":%.17g,\"average_bars_held\":%.17g}",
         run->count, f->total_return, f->cagr, f->volatility, f->sharpe, f->sortino, f->calmar, f->max_drawdown,
         f->max_drawdown_days, f->ulcer_index, f->skew, f->kurtosis, f->win_rate, f->profit_factor, f->expectancy,
         f->average_win, f->average_loss, f->sqn, f->exposure, f->turnover, f->average_bars_held);
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  const Bars bars = read_bars(arguments[1], strtoul(arguments[2], NULL, 10), atoi(arguments[3]));
  const char *what = arguments[4];
  const int runs = atoi(arguments[5]), pairs = FAST_PERIODS * SLOW_PERIODS, sweeping = strcmp(what, "sweep") == 0;
  Run run = {column(bars.rows), column(bars.rows), column(bars.rows), malloc(sizeof(Trade) * bars.rows), 0, 0};
  PairResult *results = malloc(sizeof(PairResult) * pairs);
  int *session_end = malloc(sizeof(int) * (bars.rows + 1));
  double *means[FAST_PERIODS + SLOW_PERIODS] = {0};
  for (int k = 0; sweeping && k < FAST_PERIODS + SLOW_PERIODS; k++) means[k] = column(bars.rows);
  Figures figures = {0};

  printf("{\"ms\":[");
  for (int k = -1; k < runs; k++) { /* the first run only warms up */
    const double begun = now_ms();
    if (sweeping) sweep(&bars, means, session_end, results);
    else if (strcmp(what, "plain") == 0) simulate_plain(&bars, &run);
    else {
      simulate_full(&bars, &run);
      figures = measure(&bars, &run);
    }
    if (k >= 0) printf("%s%.6f", k > 0 ? "," : "", now_ms() - begun);
  }
  printf("]");
  if (sweeping) {
    printf(",\"pairs\":[");
    for (int k = 0; k < pairs; k++)
      printf("%s[%.17g,%.17g,%.17g,%d]", k > 0 ? "," : "", results[k].total_return, results[k].max_drawdown,
             results[k].sharpe, results[k].trades);
    printf("]");
  } else if (strcmp(what, "plain") == 0) {
    printf(",\"figures\":{\"trades\":%d,\"total_return\":%.17g}", run.count,
           run.equity[bars.rows - SLOW - 1] / capital - 1);
  } else {
    print_figures(&run, &figures);
  }
  printf("}\n");
  return 0;
}
