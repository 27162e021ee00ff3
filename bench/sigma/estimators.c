/*
 * The five estimators in C, to be held against ours: `estimators COLUMNS OUTPUT exact|plain`.
 *
 * COLUMNS holds open, high, low and close as doubles, one column after the other. Each line on stdin asks for one run,
 * which answers with its milliseconds; σ of the first run is left in OUTPUT, one column after the other. Memory is
 * taken before the clock runs. `exact` are the loops of core/volatility: logarithms of ratios, block pivots, squared deviations from two sums.
 * `plain` are the fastest loops that come to mind: plain logarithms and running sums, which lose digits.
 * Neither knows of gaps or coverage.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WINDOW = 1440, COLUMNS = 4, ESTIMATORS = 5 };
static const double BARS_PER_YEAR = 525600;

static size_t length;
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
  memset(suffixes, 0, (WINDOW + 1) * sizeof(double));
  next[WINDOW] = 0;
  for (size_t start = 0; start < length; start += WINDOW) {
    size_t end = start + WINDOW < length ? start + WINDOW : length;
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
  static double sums[WINDOW + 1], squares[WINDOW + 1];
  memset(sums, 0, sizeof sums);
  memset(squares, 0, sizeof squares);
  for (size_t start = 0; start < length; start += WINDOW) {
    size_t end = start + WINDOW < length ? start + WINDOW : length;
    double sum = 0, square = 0;
    for (size_t i = start; i < end; i++) {
      double x = values[i];
      sum += x;
      square += x * x;
      double all = sums[i - start + 1] + sum, all_squares = squares[i - start + 1] + square;
      out[i] = all_squares - all * all * (1. / WINDOW);
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

static void exact(void) {
  static double suffixes[WINDOW + 1], next[WINDOW + 1];
  const double n = WINDOW, k = 0.34 / (1.34 + (n + 1) / (n - 1));
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
  void (*run)(void) = strcmp(arguments[3], "plain") == 0 ? plain : exact;
  char line[16];
  for (int first = 1; fgets(line, sizeof line, stdin); first = 0) {
    double from = milliseconds();
    run();
    printf("%.6f\n", milliseconds() - from);
    if (first) {
      double *results[] = {close_sigma, parkinson, garman_klass, rogers_satchell, yang_zhang};
      file = fopen(arguments[2], "wb");
      if (!file) return 1;
      for (int i = 0; i < ESTIMATORS; i++) fwrite(results[i], sizeof(double), length, file);
      fclose(file);
    }
    fflush(stdout);
  }
  return 0;
}
