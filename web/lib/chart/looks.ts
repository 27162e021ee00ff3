/** The ways in which a price may be drawn. */
export const PRICE_LOOKS = ['line', 'area', 'candles'] as const
export type PriceLook = (typeof PRICE_LOOKS)[number]
