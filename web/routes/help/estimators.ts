/** What each estimator is, when it is the right one and when not, its formula and who published it. */
import type { Estimator } from '$core/volatility/types.ts'
import { t } from '$lib/i18n/t.ts'
import { meanOf, over, root, row, squared, squaredAt, sub, type Part } from './formula.ts'

export interface EstimatorHelp {
  /** Two sentences. */
  readonly what: string
  readonly when: string
  readonly whenNot: string
  readonly lines: readonly Part[]
  /** The formula read out. */
  readonly said: string
  /** Author, year, title and journal: as they are, in every language. */
  readonly source: string
}

const mean = (...terms: readonly Part[]): Part => row(over('1', 'n'), '∑', ...terms)
const range = squared(row('(h − l)'))
const body = squared(row('(c − o)'))
const jump = squared(row('(', sub('o', 't'), '−', sub('c', 't − 1'), ')'))
const size = (index: string): Part => row('|', sub('r', index), '|')

export function estimatorHelp(): Readonly<Record<Estimator, EstimatorHelp>> {
  return {
    close: {
      what: t(
        'How far each closing price lies from the one before, around the mean of all of them. It needs closes alone, and all others are measured against it.',
      ),
      when: t('For any source, sampled prices too, and to compare with what other tools print.'),
      whenNot: t('With few bars: thirty of them say about as much as six by Parkinson.'),
      lines: [
        row(
          squared('σ'),
          '=',
          over('1', 'n − 1'),
          '∑',
          squared(row('(', sub('r', 't'), '−', meanOf('r'), ')')),
        ),
      ],
      said: t(
        'Sigma squared is the sum of the squared deviations of the returns from their mean, divided by n minus 1.',
      ),
      source: 'Standard deviation of log returns',
    },
    parkinson: {
      what: t(
        'The way from the lowest to the highest price of each bar, which tells more than where it closed. A fifth of the bars is enough to be as sure as by closes.',
      ),
      when: t('In liquid markets that neither jump between bars nor run in one direction.'),
      whenNot: t(
        'On thin markets, whose bars do not reach their true high and low: it reads low. In a trend it reads high.',
      ),
      lines: [row(squared('σ'), '=', over('1', '4 n ln 2'), '∑', range)],
      said: t('Sigma squared is the sum of h minus l squared, divided by 4 n times the logarithm of 2.'),
      source:
        'Parkinson 1980, “The extreme value method for estimating the variance of the rate of return”, Journal of Business 53',
    },
    'garman-klass': {
      what: t(
        'The range of each bar, less what its open and close already explain. Without trend and jumps it is the surest of the plain ones, nearly eight times as sure as closes.',
      ),
      when: t('In liquid markets that trade around the clock and have no strong trend.'),
      whenNot: t(
        'Where bars open away from the close before: that jump it does not see. On thin markets it reads low.',
      ),
      lines: [
        row(squared('σ'), '=', over('1', 'n'), '∑', '[', over('1', '2'), range),
        row(row(), '− (2 ln 2 − 1)', body, ']'),
      ],
      said: t(
        'Sigma squared is the mean of one half of h minus l squared, less 2 times the logarithm of 2 minus 1, times c minus o squared.',
      ),
      source:
        'Garman & Klass 1980, “On the estimation of security price volatilities from historical data”, Journal of Business 53',
    },
    'rogers-satchell': {
      what: t(
        'High and low, each against open and close, so that a steady trend cancels out. What is left is movement alone.',
      ),
      when: t('In a trend, up or down.'),
      whenNot: t('Where bars open with a jump, which it does not see, and on thin markets.'),
      lines: [mean('[(h − c)(h − o) + (l − c)(l − o)]')].map((line) => row(squared('σ'), '=', line)),
      said: t('Sigma squared is the mean of h minus c times h minus o, plus l minus c times l minus o.'),
      source:
        'Rogers & Satchell 1991, “Estimating variance from high, low and closing prices”, Annals of Applied Probability 1',
    },
    'gk-yz': {
      what: t(
        'Garman-Klass with the jump from the close before to the open added. So nothing that a price did between two closes is lost.',
      ),
      when: t('Where bars open away from the close before, without a strong trend.'),
      whenNot: t('In a strong trend, and on thin markets.'),
      lines: [
        row(squared('σ'), '=', over('1', 'n'), '∑', '[', jump),
        row(row(), '+', over('1', '2'), range, '− (2 ln 2 − 1)', body, ']'),
      ],
      said: t(
        'Sigma squared is the mean of o minus the close before squared, plus one half of h minus l squared, less 2 times the logarithm of 2 minus 1, times c minus o squared.',
      ),
      source: 'Garman & Klass 1980 with the opening jump of Yang & Zhang 2000, Journal of Business 53 and 73',
    },
    'yang-zhang': {
      what: t(
        'Opening jump, move and range of the bars, weighted so that the error is least. Neither a jump nor a trend misleads it, so the app begins with it.',
      ),
      when: t('When in doubt, wherever all four prices are traded ones.'),
      whenNot: t(
        'With sampled prices, whose highs and lows are not known, and on thin markets, which hide part of the range.',
      ),
      lines: [
        row(squared('σ'), '=', sub('V', 'o'), '+ k', sub('V', 'c'), '+ (1 − k)', sub('V', 'rs'), ','),
        row('k =', over('0.34', row('1.34 +', over('n + 1', 'n − 1')))),
      ],
      said: t(
        'Sigma squared is V o plus k times V c plus 1 minus k times V r s: the sample variances of jumps and of moves, and Rogers-Satchell. k is 0.34 divided by 1.34 plus n plus 1 over n minus 1.',
      ),
      source:
        'Yang & Zhang 2000, “Drift-independent volatility estimation based on high, low, open, and close prices”, Journal of Business 73',
    },
    ewma: {
      what: t(
        'Every return counts, and each a little less than the one after it: with λ = 0.94 half of the weight lies on the last eleven bars. Its value is also what is expected of the next bar.',
      ),
      when: t('Where the newest move is to show at once and then to fade, without the edge of a window.'),
      whenNot: t('To compare windows: the window only sets its beginning.'),
      lines: [row(squaredAt('σ', 't'), '= λ', squaredAt('σ', 't − 1'), '+ (1 − λ)', squaredAt('r', 't'))],
      said: t(
        'Sigma squared is lambda times the sigma squared before, plus 1 minus lambda times the return squared.',
      ),
      source: 'J.P. Morgan/Reuters 1996, “RiskMetrics Technical Document”, 4th edition',
    },
    realized: {
      what: t(
        'The squared 5-minute returns of a day added up: the day measured from within. Five grids a minute apart are averaged, so that no single clock decides.',
      ),
      when: t('For few days, where their minutes are on the device: nothing is surer.'),
      whenNot: t(
        'With sampled prices, and in markets so quiet that minutes hop between bid and ask: it reads high.',
      ),
      lines: [
        row('RV = ∑', squaredAt('r', 'i'), ','),
        row('σ =', root(row('365 ·', over('1', 'N'), '∑ RV'))),
      ],
      said: t(
        'R V is the sum of the squared returns of a day. Sigma is the root of 365 times the mean R V of N days.',
      ),
      source:
        'Andersen & Bollerslev 1998, International Economic Review 39; Zhang, Mykland & Aït-Sahalia 2005, Journal of the American Statistical Association 100',
    },
    bipower: {
      what: t(
        'Each 5-minute return times the one before it, sizes only. A jump stands alone and hardly enters, so what is left is the steady part of the day.',
      ),
      when: t('Beside realised, to see how much of a day was jumps.'),
      whenNot: t(
        'With many minutes without a trade: a return of zero wipes out its neighbour, and it reads low.',
      ),
      lines: [row('BV =', over('π', '2'), '·', over('m', 'm − 1'), '∑', size('i'), size('i − 1'))],
      said: t(
        'B V is pi over 2, times m over m minus 1, times the sum of the size of each return times that of the one before.',
      ),
      source:
        'Barndorff-Nielsen & Shephard 2004, “Power and bipower variation with stochastic volatility and jumps”, Journal of Financial Econometrics 2',
    },
    'med-rv': {
      what: t(
        'Of every three 5-minute returns in a row the middle one by size, squared. Neither a jump nor a standstill of a single step gets through.',
      ),
      when: t('As bipower, where jumps are large or some minutes are without trades.'),
      whenNot: t('Where whole stretches of a day are missing.'),
      lines: [
        row('MedRV =', over('π', row('6 − 4', root('3'), '+ π')), '·', over('m', 'm − 2')),
        row('∑ med', squared(row('(', size('i − 1'), ',', size('i'), ',', size('i + 1'), ')'))),
      ],
      said: t(
        'Med R V is pi over 6 minus 4 times the root of 3 plus pi, times m over m minus 2, times the sum of the squared middle one of every three sizes in a row.',
      ),
      source:
        'Andersen, Dobrev & Schaumburg 2012, “Jump-robust volatility estimation using nearest neighbor truncation”, Journal of Econometrics 169',
    },
  }
}
