/*
 * The cone in C, to be held against ours: `cone COLUMNS OUTPUT`.
 *
 * COLUMNS holds open, high, low and close as doubles, one column after the other. Each line on stdin asks for one run, which
 * answers with its milliseconds. A run is Parkinson's σ in six windows by block pivots, as in `estimators.c`, and of each the
 * exact quantiles of a copy sorted by qsort, and the share at or below the newest; those of the first run are left in OUTPUT.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WINDOWS = 6, QUANTILES = 7, LONGEST = 129600 };
static const size_t windows[WINDOWS] = {60, 240, 1440, 10080, 43200, 129600};
static const double shares[QUANTILES] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 1};

static size_t length;
static double *high, *low, *close_, *terms, *sigma, *sorted;
static double results[WINDOWS][QUANTILES + 1];

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

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void parkinson(size_t window) {
  static double suffixes[2][LONGEST + 1];
  double *before = suffixes[0], *next = suffixes[1];
  double factor = 525600 / (4 * window * log(2));
  memset(before, 0, (window + 1) * sizeof(double));
  for (size_t start = 0; start < length; start += window) {
    size_t end = start + window < length ? start + window : length;
    double suffix = 0, prefix = 0;
    next[window] = 0;
    for (size_t i = end; i-- > start;) next[i - start] = suffix += terms[i];
    for (size_t i = start; i < end; i++) {
      prefix += terms[i];
      sigma[i] = sqrt((before[i - start + 1] + prefix) * factor);
    }
    double *swap = before;
    before = next;
    next = swap;
  }
}

static void cone(void) {
  for (size_t i = 0; i < length; i++) {
    double range = log_ratio(high[i], close_[i]) + log_ratio(close_[i], low[i]);
    terms[i] = range * range;
  }
  for (int at = 0; at < WINDOWS; at++) {
    parkinson(windows[at]);
    size_t first = windows[at] - 1, n = length - first, below = 0;
    double newest = sigma[length - 1];
    memcpy(sorted, sigma + first, n * sizeof(double));
    for (size_t i = 0; i < n; i++) below += sorted[i] <= newest;
    results[at][QUANTILES] = (double)below / n;
    qsort(sorted, n, sizeof(double), ascending);
    for (int q = 0; q < QUANTILES; q++) {
      double place = (n - 1) * shares[q];
      size_t whole = place;
      double upper = sorted[whole + 1 < n ? whole + 1 : whole];
      results[at][q] = sorted[whole] + (place - whole) * (upper - sorted[whole]);
    }
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  FILE *file = fopen(arguments[1], "rb");
  if (!file) return 1;
  fseek(file, 0, SEEK_END);
  length = ftell(file) / sizeof(double) / 4;
  fseek(file, length * sizeof(double), SEEK_SET);
  double **columns[] = {&high, &low, &close_, &terms, &sigma, &sorted};
  for (int i = 0; i < 6; i++) {
    *columns[i] = calloc(length, sizeof(double));
    if (!*columns[i]) return 1;
    memset(*columns[i], 1, length * sizeof(double));
    if (i < 3 && fread(*columns[i], sizeof(double), length, file) != length) return 1;
  }
  fclose(file);
  char line[16];
  for (int first = 1; fgets(line, sizeof line, stdin); first = 0) {
    double from = milliseconds();
    cone();
    printf("%.6f\n", milliseconds() - from);
    if (first) {
      file = fopen(arguments[2], "wb");
      if (!file) return 1;
      fwrite(results, sizeof results, 1, file);
      fclose(file);
    }
    fflush(stdout);
  }
  return 0;
}
