/*
 * The estimators in C, to be held against ours: `estimators COLUMNS OUTPUT exact|plain|all`.
 *
 * COLUMNS holds open, high, low and close as doubles, one column after the other. Each line on stdin asks for one run,
 * which answers with its milliseconds; σ of the first run is left in OUTPUT, one column after the other. Memory is
 * taken before the clock runs. `exact` are the loops of core/volatility: logarithms of ratios, block pivots, squared deviations from two sums.
 * `plain` are the fastest loops that come to mind: plain logarithms and running sums, which lose digits.
 * These two are five estimators of one window; `all` are the loops of `exact` for seven estimators of bars in six windows and
 * the realised family in six windows of days, of which OUTPUT gets the sum of each σ.
 * None knows of gaps or coverage.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WINDOW = 1440, LONGEST = 129600, COLUMNS = 4, ESTIMATORS = 5 };
static const double BARS_PER_YEAR = 525600;

static size_t length, window = WINDOW;
static double *open_, *high, *low, *close_;
static double *range, *body, *products, *jump, *returns, *squares_of_jump, *squares_of_body;
static double *close_sigma, *parkinson, *garman_klass, *rogers_satchell, *yang_zhang;

static double *column(void) {
  double *values = calloc(length, sizeof(double));
  if (!values) exit(1);
  memset(values, 1, length * sizeof(double));
  return values;
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static inline double log_ratio(double a, double b) {
  double s = (a - b) / (a + b), q = s * s;
  if (q < 5e-6) return s * (2 + q * (2. / 3 + q * (2. / 5)));
  return log(a / b);
}

/* √(factor × the sum over each window), by suffixes of the block before and prefixes of the block itself. */
static void rolling_sum(double *terms, double *suffixes, double *next) {
  memset(suffixes, 0, (window + 1) * sizeof(double));
  next[window] = 0;
  for (size_t start = 0; start < length; start += window) {
    size_t end = start + window < length ? start + window : length;
    double suffix = 0, prefix = 0;
    for (size_t i = end; i-- > start;) next[i - start] = suffix += terms[i];
    for (size_t i = start; i < end; i++) {
      prefix += terms[i];
      terms[i] = suffixes[i - start + 1] + prefix;
    }
    double *swap = suffixes;
    suffixes = next;
    next = swap;
  }
}

/* Squared deviations from each window's mean, from two such sums; stops where that would lose digits. */
static void rolling_squares(const double *values, double *out) {
  static double sums[LONGEST + 1], squares[LONGEST + 1];
  const double inverse = 1. / window;
  memset(sums, 0, (window + 1) * sizeof(double));
  memset(squares, 0, (window + 1) * sizeof(double));
  for (size_t start = 0; start < length; start += window) {
    size_t end = start + window < length ? start + window : length;
    double sum = 0, square = 0;
    for (size_t i = start; i < end; i++) {
      double x = values[i];
      sum += x;
      square += x * x;
      double all = sums[i - start + 1] + sum, all_squares = squares[i - start + 1] + square;
      out[i] = all_squares - all * all * inverse;
      if (start > 0 && out[i] < all_squares / 64) exit(3);
    }
    sum = square = 0;
    for (size_t i = end; i-- > start;) {
      double x = values[i];
      sums[i - start] = sum += x;
      squares[i - start] = square += x * x;
    }
  }
}

static void roots(double *sums, double factor) {
  for (size_t i = 0; i < length; i++) sums[i] = sqrt(sums[i] * factor);
}

static void logarithms(void) {
  for (size_t i = 0; i < length; i++) {
    double o = open_[i], h = high[i], l = low[i], c = close_[i];
    double high_close = log_ratio(h, c), close_low = log_ratio(c, l);
    range[i] = high_close + close_low;
    body[i] = log_ratio(c, o);
    products[i] = high_close * log_ratio(h, o) + close_low * log_ratio(o, l);
  }
  jump[0] = returns[0] = 0;
  for (size_t i = 1; i < length; i++) {
    jump[i] = log_ratio(open_[i], close_[i - 1]);
    returns[i] = log_ratio(close_[i], close_[i - 1]);
  }
}

static void exact(void) {
  static double suffixes[WINDOW + 1], next[WINDOW + 1];
  const double n = WINDOW, k = 0.34 / (1.34 + (n + 1) / (n - 1));
  logarithms();
  rolling_squares(returns, close_sigma);
  roots(close_sigma, BARS_PER_YEAR / (n - 1));
  for (size_t i = 0; i < length; i++) parkinson[i] = range[i] * range[i];
  rolling_sum(parkinson, suffixes, next);
  roots(parkinson, BARS_PER_YEAR / (4 * n * M_LN2));
  for (size_t i = 0; i < length; i++)
    garman_klass[i] = 0.5 * range[i] * range[i] - (2 * M_LN2 - 1) * body[i] * body[i];
  rolling_sum(garman_klass, suffixes, next);
  roots(garman_klass, BARS_PER_YEAR / n);
  for (size_t i = 0; i < length; i++) rogers_satchell[i] = products[i];
  rolling_sum(rogers_satchell, suffixes, next);
  for (size_t i = 0; i < length; i++) yang_zhang[i] = rogers_satchell[i];
  roots(rogers_satchell, BARS_PER_YEAR / n);
  rolling_squares(jump, squares_of_jump);
  rolling_squares(body, squares_of_body);
  for (size_t i = 0; i < length; i++)
    yang_zhang[i] = sqrt(BARS_PER_YEAR * ((squares_of_jump[i] + k * squares_of_body[i]) / (n - 1) +
                                          (1 - k) * yang_zhang[i] / n));
}

static void plain(void) {
  const double n = WINDOW, k = 0.34 / (1.34 + (n + 1) / (n - 1)), year = BARS_PER_YEAR;
  double *lo = squares_of_jump, *lc = squares_of_body, *garman = garman_klass, *rogers = rogers_satchell;
  for (size_t i = 0; i < length; i++) {
    double o = log(open_[i]), h = log(high[i]), l = log(low[i]), c = log(close_[i]);
    double before = i ? lc[i - 1] : c, r = h - l, m = c - o;
    lo[i] = o;
    lc[i] = c;
    returns[i] = c - before;
    jump[i] = i ? o - before : 0;
    body[i] = m;
    range[i] = r * r;
    products[i] = (h - c) * (h - o) + (l - c) * (l - o);
  }
  double r1 = 0, r2 = 0, j1 = 0, j2 = 0, b1 = 0, b2 = 0, p = 0, s = 0;
  for (size_t i = 0; i < length; i++) {
    double r = returns[i], j = jump[i], b = body[i];
    r1 += r, r2 += r * r, j1 += j, j2 += j * j, b1 += b, b2 += b * b, p += range[i], s += products[i];
    if (i >= WINDOW) {
      size_t gone = i - WINDOW;
      double x = returns[gone], y = jump[gone], z = body[gone];
      r1 -= x, r2 -= x * x, j1 -= y, j2 -= y * y, b1 -= z, b2 -= z * z, p -= range[gone], s -= products[gone];
    }
    close_sigma[i] = sqrt(fmax(0, (r2 - r1 * r1 / n) * (year / (n - 1))));
    parkinson[i] = sqrt(fmax(0, p * (year / (4 * n * M_LN2))));
    garman[i] = sqrt(fmax(0, (0.5 * p - (2 * M_LN2 - 1) * b2) * (year / n)));
    rogers[i] = sqrt(fmax(0, s * (year / n)));
    double around = (j2 - j1 * j1 / n) + k * (b2 - b1 * b1 / n);
    yang_zhang[i] = sqrt(fmax(0, year * (around / (n - 1) + (1 - k) * s / n)));
  }
}

/* What `all` leaves: the sum of σ from the first full window on, by window and estimator. */
enum { WINDOWS = 6, BARS = 7, REALISED = 3, DAY = 1440, GRIDS = 5, RETURNS = 288 };
static const size_t windows[WINDOWS] = {60, 240, 1440, 10080, 43200, 129600};
static const size_t windows_of_days[WINDOWS] = {7, 14, 30, 90, 180, 365};
static double sums_of_bars[WINDOWS][BARS], sums_of_days[WINDOWS][REALISED];
static int is_summed = 1;

static double sum_from(const double *sigma, size_t first, size_t end) {
  double sum = 0;
  if (is_summed)
    for (size_t i = first; i < end; i++) sum += sigma[i];
  return sum;
}

static void ewma(double *sigma) {
  double variance = 0;
  for (size_t i = 1; i <= window; i++) variance += returns[i] * returns[i];
  variance /= window;
  sigma[window] = sqrt(variance * BARS_PER_YEAR);
  for (size_t i = window + 1; i < length; i++) {
    variance = 0.94 * variance + (1 - 0.94) * (returns[i] * returns[i]);
    if (variance < 0x1p-1022) variance = 0;
    sigma[i] = sqrt(variance * BARS_PER_YEAR);
  }
}

static void bars_of_window(double *sums) {
  static double suffixes[LONGEST + 1], next[LONGEST + 1];
  const double n = window, k = 0.34 / (1.34 + (n + 1) / (n - 1));
  double *sigma = close_sigma;
  rolling_squares(returns, sigma);
  roots(sigma, BARS_PER_YEAR / (n - 1));
  sums[0] = sum_from(sigma, window, length);
  for (size_t i = 0; i < length; i++) sigma[i] = range[i] * range[i];
  rolling_sum(sigma, suffixes, next);
  roots(sigma, BARS_PER_YEAR / (4 * n * M_LN2));
  sums[1] = sum_from(sigma, window, length);
  for (size_t i = 0; i < length; i++) sigma[i] = 0.5 * range[i] * range[i] - (2 * M_LN2 - 1) * body[i] * body[i];
  rolling_sum(sigma, suffixes, next);
  roots(sigma, BARS_PER_YEAR / n);
  sums[2] = sum_from(sigma, window, length);
  for (size_t i = 0; i < length; i++) sigma[i] = products[i];
  rolling_sum(sigma, suffixes, next);
  for (size_t i = 0; i < length; i++) yang_zhang[i] = sigma[i];
  roots(sigma, BARS_PER_YEAR / n);
  sums[3] = sum_from(sigma, window, length);
  for (size_t i = 0; i < length; i++)
    sigma[i] = jump[i] * jump[i] + 0.5 * range[i] * range[i] - (2 * M_LN2 - 1) * body[i] * body[i];
  rolling_sum(sigma, suffixes, next);
  roots(sigma, BARS_PER_YEAR / n);
  sums[4] = sum_from(sigma, window, length);
  rolling_squares(jump, squares_of_jump);
  rolling_squares(body, squares_of_body);
  for (size_t i = 0; i < length; i++)
    yang_zhang[i] = sqrt(BARS_PER_YEAR * ((squares_of_jump[i] + k * squares_of_body[i]) / (n - 1) +
                                          (1 - k) * yang_zhang[i] / n));
  sums[5] = sum_from(yang_zhang, window, length);
  ewma(sigma);
  sums[6] = sum_from(sigma, window, length);
}

/* Realised variance, bipower, MedRV, semivariances of one grid of a day whose returns are not all there: NaN has none. */
static void grid(const double *of_day, int from, double *measures) {
  double up = 0, down = 0, products_ = 0, medians = 0, before = NAN, two_before = NAN;
  int present = 0, pairs = 0, triples = 0;
  for (int i = from; i < DAY; i += GRIDS) {
    double r = of_day[i], size = fabs(r);
    if (r == r) {
      present++;
      if (r < 0)
        down += r * r;
      else
        up += r * r;
      if (before == before) {
        pairs++;
        products_ += size * before;
        if (two_before == two_before) {
          triples++;
          double low = before < two_before ? before : two_before, high = before < two_before ? two_before : before;
          double median = size < low ? low : size > high ? high : size;
          medians += median * median;
        }
      }
    }
    two_before = before;
    before = size;
  }
  measures[0] = (down + up) * RETURNS / present;
  measures[1] = M_PI / 2 * products_ * RETURNS / pairs;
  measures[2] = M_PI / (6 - 4 * sqrt(3) + M_PI) * medians * RETURNS / triples;
  measures[3] = down * RETURNS / present;
  measures[4] = up * RETURNS / present;
  measures[5] = present;
}

static double jump_statistic(const double *of_day, int from, const double *measures) {
  double sum = 0, realized = measures[0], bipower = measures[1];
  int triples = 0;
  if (realized == 0) return 0;
  for (int i = from + 2 * GRIDS; i < DAY; i += GRIDS) {
    double product = fabs(of_day[i] * of_day[i - GRIDS] * of_day[i - 2 * GRIDS]);
    if (product != product) continue;
    triples++;
    sum += product * cbrt(product);
  }
  double quarticity = pow(0.8308609250295592, -3) * RETURNS * RETURNS * sum / triples;
  double spread = bipower > 0 ? fmax(1, quarticity / (bipower * bipower)) : 1;
  return (realized - bipower) / realized /
         sqrt((M_PI * M_PI / 4 + M_PI - 5) / measures[5] * spread);
}

static void days(void) {
  size_t count = length / DAY;
  double *of_days[REALISED] = {range, body, products};
  for (size_t day = 0; day < count; day++) {
    double of_day[DAY], mean[5] = {0}, measures[6];
    const double *closes = close_ + day * DAY;
    for (int i = 0; i < DAY; i++) of_day[i] = day == 0 && i < GRIDS ? NAN : log_ratio(closes[i], closes[i - GRIDS]);
    for (int at = 0; at < GRIDS; at++) {
      grid(of_day, at, measures);
      for (int i = 0; i < 5; i++) mean[i] += measures[i] / GRIDS;
    }
    for (int i = 0; i < REALISED; i++) of_days[i][day] = mean[i];
    jump[day] = jump_statistic(of_day, GRIDS - 1, measures);
    squares_of_jump[day] = mean[3];
    squares_of_body[day] = mean[4];
  }
  for (int at = 0; at < WINDOWS; at++)
    for (int i = 0; i < REALISED; i++) {
      size_t n = windows_of_days[at];
      double sum = 0;
      for (size_t day = n - 1; day < count; day++) {
        double variance = 0;
        for (size_t j = 0; j < n; j++) variance += of_days[i][day - j];
        sum += sqrt(365 * variance / n);
      }
      sums_of_days[at][i] = sum;
    }
}

static void all(void) {
  logarithms();
  for (int at = 0; at < WINDOWS; at++) {
    window = windows[at];
    bars_of_window(sums_of_bars[at]);
  }
  days();
  is_summed = 0;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  FILE *file = fopen(arguments[1], "rb");
  if (!file) return 1;
  fseek(file, 0, SEEK_END);
  length = ftell(file) / sizeof(double) / COLUMNS;
  rewind(file);
  double **columns[] = {&open_, &high, &low, &close_, &range, &body, &products, &jump, &returns, &squares_of_jump,
                        &squares_of_body, &close_sigma, &parkinson, &garman_klass, &rogers_satchell, &yang_zhang};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    *columns[i] = column();
    if (i < COLUMNS && fread(*columns[i], sizeof(double), length, file) != length) return 1;
  }
  fclose(file);
  int is_all = strcmp(arguments[3], "all") == 0;
  void (*run)(void) = is_all ? all : strcmp(arguments[3], "plain") == 0 ? plain : exact;
  char line[16];
  for (int first = 1; fgets(line, sizeof line, stdin); first = 0) {
    double from = milliseconds();
    run();
    printf("%.6f\n", milliseconds() - from);
    if (first) {
      double *results[] = {close_sigma, parkinson, garman_klass, rogers_satchell, yang_zhang};
      file = fopen(arguments[2], "wb");
      if (!file) return 1;
      if (is_all) {
        fwrite(sums_of_bars, sizeof sums_of_bars, 1, file);
        fwrite(sums_of_days, sizeof sums_of_days, 1, file);
      } else
        for (int i = 0; i < ESTIMATORS; i++) fwrite(results[i], sizeof(double), length, file);
      fclose(file);
    }
    fflush(stdout);
  }
  return 0;
}
