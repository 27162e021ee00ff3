/** Where in localStorage lies what people have chosen; everything else there can be fetched or found out again. app.html names `preferences`, too. */
export const CHOICE_KEYS = {
  preferences: 'preferences',
  arrangement: 'crypto-tracker:arrangement',
  panels: 'panels',
  installDismissed: 'crypto-tracker:install-dismissed',
} as const
