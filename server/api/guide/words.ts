/** What the page for phones says, in each of its languages. Names of menus are those of the systems in that language. */

export const DEVICES = ['ios', 'android', 'mac', 'windows', 'linux'] as const
export type Device = (typeof DEVICES)[number]

export const DEVICE_NAMES: Readonly<Record<Device, string>> = {
  ios: 'iPhone, iPad',
  android: 'Android',
  mac: 'Mac',
  windows: 'Windows',
  linux: 'Linux',
}

export interface Words {
  /** Its own name, for who wants the other one. */
  readonly language: string
  readonly title: string
  readonly why: string
  readonly made: string
  readonly waiting: string
  readonly trusted: string
  readonly notYet: string
  readonly open: string
  readonly download: string
  readonly compare: string
  readonly steps: (device: string) => string
  readonly other: string
  /** `name` is that of the authority. */
  readonly device: (device: Device, name: string) => readonly string[]
  readonly firefox: Readonly<Record<Device, string | null>>
  readonly after: string
  readonly afterHint: string
  readonly scan: string
  readonly scanLead: string
  readonly apart: string
  readonly meaning: string
  readonly meaningText: string
  readonly off: string
  readonly offThen: string
  readonly own: string
}

const en: Words = {
  language: 'English',
  title: 'Crypto Tracker over https',
  why: 'A browser installs an app, and opens it without a network, only over https.',
  made: 'This server made a certificate for your network; once this device trusts it, all of that works here.',
  waiting: 'Looking whether this device trusts it…',
  trusted: 'This device trusts it.',
  notYet: 'Not trusted yet. This page looks again by itself.',
  open: 'Open Crypto Tracker',
  download: 'Download the certificate',
  compare: 'Its SHA-256 fingerprint. The terminal of the server shows the same one; take no other.',
  steps: (device) => `On this device (${device})`,
  other: 'Another device',
  device: (device, name) =>
    ({
      ios: [
        'Open this page in Safari, touch “Download the certificate” and allow it.',
        'Open the Settings app and touch “Profile Downloaded”, then Install. Later it is under General, VPN & Device Management. “More Details” shows the fingerprint.',
        `In Settings open General, About, and at the very end Certificate Trust Settings. Switch on “${name}”.`,
      ],
      android: [
        'Touch “Download the certificate”. Opening it does nothing yet: Android takes it from the settings only.',
        'In Settings open Security & privacy, More security & privacy, Encryption & credentials, Install a certificate, CA certificate. Names differ by maker: search the settings for “CA certificate”.',
        'Touch “Install anyway” and choose crypto-tracker.crt. “Trusted credentials”, User, shows the fingerprint.',
      ],
      mac: [
        'Download the certificate and open it: Keychain Access takes it in.',
        `Find “${name}” there, open it, and under Trust choose “Always Trust”.`,
      ],
      windows: [
        'Download the certificate, open it and choose “Install Certificate…”, Current User.',
        'Choose “Place all certificates in the following store”, and there “Trusted Root Certification Authorities”.',
      ],
      linux: [
        'Download the certificate.',
        'In Chrome or Chromium open Settings, Privacy and security, Security, Manage certificates, and import it as a trusted certificate for websites.',
      ],
    })[device],
  firefox: {
    ios: null,
    android:
      'Firefox asks apart: in its Settings open About Firefox, touch the logo five times, go back, and under Secret Settings switch on “Use third party CA certificates”.',
    mac: null,
    windows: null,
    linux: 'Firefox has its own list: Settings, Privacy & Security, View Certificates, Authorities, Import.',
  },
  after: 'Then open the app',
  afterHint:
    'Come back here, or go there yourself. Still not? Close the browser altogether and open it again.',
  scan: 'On a phone',
  scanLead: 'Let the phone’s camera read this, in the same network.',
  apart:
    'A browser keeps data by address, and https is another address: packs are downloaded there anew. Install the app from there, and give the server a fixed address in your router.',
  meaning: 'What trusting it means',
  meaningText:
    'The key that signs is on the server’s machine alone. It may sign for private addresses and names of your network only, not for sites of the internet. Take it back in the same place of the settings.',
  off: 'This server has no https for phones yet. On its machine, run this in the folder of Crypto Tracker:',
  offThen: 'It shows a code that a phone’s camera reads. Then load this page again.',
  own: 'This server has an https address of its own: open the app there. Nothing has to be trusted for that.',
}

const de: Words = {
  language: 'Deutsch',
  title: 'Crypto Tracker über https',
  why: 'Ein Browser installiert eine App und öffnet sie ohne Netz nur über https.',
  made: 'Dieser Server hat für dein Netz ein Zertifikat gemacht; sobald dieses Gerät ihm vertraut, geht das alles hier.',
  waiting: 'Sieht nach, ob dieses Gerät ihm vertraut …',
  trusted: 'Dieses Gerät vertraut ihm.',
  notYet: 'Noch kein Vertrauen. Diese Seite sieht von selbst wieder nach.',
  open: 'Crypto Tracker öffnen',
  download: 'Zertifikat laden',
  compare: 'Sein SHA-256-Fingerabdruck. Das Terminal des Servers zeigt denselben; nimm keinen anderen.',
  steps: (device) => `Auf diesem Gerät (${device})`,
  other: 'Ein anderes Gerät',
  device: (device, name) =>
    ({
      ios: [
        'Öffne diese Seite in Safari, tippe auf „Zertifikat laden“ und erlaube es.',
        'Öffne die App Einstellungen, tippe auf „Profil geladen“ und dann auf Installieren. Später liegt es unter Allgemein, VPN und Geräteverwaltung. „Mehr Details“ zeigt den Fingerabdruck.',
        `Öffne in den Einstellungen Allgemein, Info und ganz unten Zertifikatsvertrauenseinstellungen. Schalte „${name}“ ein.`,
      ],
      android: [
        'Tippe auf „Zertifikat laden“. Es zu öffnen bewirkt noch nichts: Android nimmt es nur in den Einstellungen an.',
        'Öffne in den Einstellungen Sicherheit und Datenschutz, Weitere Sicherheitseinstellungen, Verschlüsselung und Anmeldedaten, Zertifikat installieren, CA-Zertifikat. Die Namen wechseln je nach Hersteller: Suche in den Einstellungen nach „CA-Zertifikat“.',
        'Tippe auf „Trotzdem installieren“ und wähle crypto-tracker.crt. „Vertrauenswürdige Anmeldedaten“, Nutzer, zeigt den Fingerabdruck.',
      ],
      mac: [
        'Lade das Zertifikat und öffne es: Die Schlüsselbundverwaltung nimmt es auf.',
        `Suche dort „${name}“, öffne es und wähle unter Vertrauen „Immer vertrauen“.`,
      ],
      windows: [
        'Lade das Zertifikat, öffne es und wähle „Zertifikat installieren…“, Aktueller Benutzer.',
        'Wähle „Alle Zertifikate in folgendem Speicher speichern“ und dort „Vertrauenswürdige Stammzertifizierungsstellen“.',
      ],
      linux: [
        'Lade das Zertifikat.',
        'Öffne in Chrome oder Chromium Einstellungen, Datenschutz und Sicherheit, Sicherheit, Zertifikate verwalten, und importiere es als vertrauenswürdig für Websites.',
      ],
    })[device],
  firefox: {
    ios: null,
    android:
      'Firefox fragt extra: Öffne in seinen Einstellungen Über Firefox, tippe fünfmal auf das Logo, geh zurück und schalte unter Geheime Einstellungen „CA-Zertifikate von Dritten verwenden“ ein.',
    mac: null,
    windows: null,
    linux:
      'Firefox hat eine eigene Liste: Einstellungen, Datenschutz & Sicherheit, Zertifikate anzeigen, Zertifizierungsstellen, Importieren.',
  },
  after: 'Dann die App öffnen',
  afterHint:
    'Komm hierher zurück, oder geh selbst dorthin. Immer noch nicht? Schließe den Browser ganz und öffne ihn wieder.',
  scan: 'Auf einem Telefon',
  scanLead: 'Lass die Kamera des Telefons dies lesen, im selben Netz.',
  apart:
    'Ein Browser bewahrt Daten je Adresse auf, und https ist eine andere Adresse: Pakete werden dort neu geladen. Installiere die App von dort, und gib dem Server im Router eine feste Adresse.',
  meaning: 'Was dieses Vertrauen heißt',
  meaningText:
    'Der Schlüssel, der unterschreibt, liegt allein auf dem Rechner des Servers. Er darf nur für private Adressen und Namen deines Netzes unterschreiben, nicht für Seiten des Internets. Zurücknehmen kannst du es an derselben Stelle der Einstellungen.',
  off: 'Dieser Server hat noch kein https für Telefone. Führe auf seinem Rechner im Ordner von Crypto Tracker dies aus:',
  offThen: 'Es zeigt einen Code, den die Kamera eines Telefons liest. Lade diese Seite danach neu.',
  own: 'Dieser Server hat eine eigene https-Adresse: Öffne die App dort. Dafür muss niemandem vertraut werden.',
}

export const WORDS = { en, de } as const
export type Language = keyof typeof WORDS
